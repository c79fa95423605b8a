import 'completed_upload.dart';
import 'upload_context.dart';
import 'put_ticket.dart';
import 'read_json.dart';
import 'send.dart';
import 'stop_signal.dart';
import 'ticket.dart';
import 'upload_exception.dart';

/// A single-part upload: one PUT.
class SinglePartUpload {
  SinglePartUpload(this._context, String id, Ticket ticket)
      : _id = id,
        _ticket = ticket,
        _staleFrom = _context.now().add(ticket.expiresIn * 0.8);

  final UploadContext _context;
  String _id;
  Ticket _ticket;
  DateTime _staleFrom;

  /// Whether a PUT may have been stored, because its answer was lost.
  bool _mayBeStored = false;
  bool _isRenewed = false;
  int _sentBytes = 0;

  /// Sends the file, and completes the upload.
  Future<CompletedUpload> run() async {
    try {
      final String? etag =
          await _context.backOff.retry<String?>(_put, _context.stop);
      return await _context.step(() => _complete(etag));
    } on UploadException catch (error) {
      if (error.code == UploadCode.cancelled) {
        await _context.service.tryToAbort(_id);
      }
      rethrow;
    }
  }

  Future<CompletedUpload> _complete(String? etag) {
    final Json request = <String, Object?>{if (etag != null) 'etag': etag};
    return _context.service.complete(_id, request, _context.stop);
  }

  Future<String?> _put() => _context.transfer<String?>(
        _tryToPut,
        _context.stop,
        isNearlyDone: () => isMostlySent(_sentBytes, _context.size),
      );

  /// Sends the file. Returns its ETag, if the store exposes one.
  Future<String?> _tryToPut(StopSignal attempt) async {
    if (!_context.now().isBefore(_staleFrom)) {
      if (_mayBeStored && await _isStored()) return null;
      await _renew();
    }
    final Answer answer = await _send(attempt);
    if (answer.isSuccess) return etagOf(answer);
    // After a lost answer, 412 means that the first PUT was stored.
    if (answer.status == 412 && _mayBeStored) return null;
    if (answer.status == 412) {
      throw const UploadException(
        UploadCode.alreadyExists,
        'Another object already has this key',
        status: 412,
      );
    }
    if (isTransientStatus(answer.status)) {
      _mayBeStored = true;
      throw storeError(answer, isTransient: true);
    }
    if (!isTicketRefused(answer.status) || _isRenewed) {
      throw storeError(answer, isTransient: false);
    }
    if (_mayBeStored && await _isStored()) return null;
    await _renew();
    _isRenewed = true;
    throw storeError(answer, isTransient: true);
  }

  Future<Answer> _send(StopSignal attempt) async {
    try {
      return await putTicket(
        _context.client,
        _ticket,
        _context.slice(0, _context.size),
        stop: attempt,
        onSent: (int sentBytes) {
          if (!attempt.isStopped) _report(sentBytes);
        },
      );
    } on UploadException catch (error) {
      final bool isAnswerLost = error.code == UploadCode.network ||
          error.code == UploadCode.cancelled;
      if (isAnswerLost) _mayBeStored = true;
      _report(0);
      rethrow;
    }
  }

  void _report(int sentBytes) {
    _sentBytes = sentBytes;
    _context.report(sentBytes);
  }

  /// Whether an earlier PUT was stored.
  Future<bool> _isStored() async {
    try {
      await _complete(null);
      return true;
    } on UploadException catch (error) {
      final bool isAbsent = error.code == UploadCode.verificationFailed ||
          error.code == UploadCode.uploadExpired;
      if (isAbsent) return false;
      rethrow;
    }
  }

  /// Requests another ticket. The old one is aborted, because it counts against
  /// the quota.
  Future<void> _renew() async {
    await _context.service.tryToAbort(_id);
    final CreatedUpload created =
        await _context.service.createUpload(_context.request, _context.stop);
    final Ticket? ticket = created.ticket;
    if (ticket == null) {
      throw unexpectedAnswer('has a multipart ticket for a single-part upload');
    }
    _id = created.id;
    _ticket = ticket;
    _staleFrom = _context.now().add(ticket.expiresIn * 0.8);
    _mayBeStored = false;
  }
}
