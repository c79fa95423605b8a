import 'completed_upload.dart';
import 'upload_context.dart';
import 'put_ticket.dart';
import 'read_json.dart';
import 'send.dart';
import 'ticket.dart';
import 'upload_exception.dart';

/// A file that is sent with one PUT.
class WholeUpload {
  WholeUpload(this._job, String id, Ticket ticket)
      : _id = id,
        _ticket = ticket,
        _staleFrom = _job.now().add(ticket.expiresIn * 0.8);

  final Job _job;
  String _id;
  Ticket _ticket;
  DateTime _staleFrom;

  /// A PUT had no answer, or none that tells: it may have been stored.
  bool _mayBeStored = false;
  bool _isRenewed = false;

  /// Sends it, and has the service look at it.
  Future<CompletedUpload> run() async {
    try {
      final String? etag = await _job.backOff.retry<String?>(_put, _job.stop);
      return await _complete(etag);
    } on UploadException catch (error) {
      if (error.code == UploadCode.cancelled) {
        await _job.service.tryToAbort(_id);
      }
      rethrow;
    }
  }

  Future<CompletedUpload> _complete(String? etag) {
    final Json request = <String, Object?>{if (etag != null) 'etag': etag};
    return _job.service.complete(_id, request, _job.stop);
  }

  /// The ETag that the store answered, where it showed one.
  Future<String?> _put() async {
    if (!_job.now().isBefore(_staleFrom)) {
      if (_mayBeStored && await _isStored()) return null;
      await _renew();
    }
    final Answer answer = await _send();
    if (answer.isSuccess) return etagOf(answer);
    // Only what this ticket stored can be in its way after a lost answer.
    if (answer.status == 412 && _mayBeStored) return null;
    if (answer.status == 412) {
      throw const UploadException(
        UploadCode.alreadyExists,
        'There is an object under this key',
        status: 412,
      );
    }
    if (isPassing(answer.status)) {
      _mayBeStored = true;
      throw storeRefusal(answer, isTransient: true);
    }
    if (!isRefused(answer.status) || _isRenewed) {
      throw storeRefusal(answer, isTransient: false);
    }
    if (_mayBeStored && await _isStored()) return null;
    await _renew();
    _isRenewed = true;
    throw storeRefusal(answer, isTransient: true);
  }

  Future<Answer> _send() async {
    try {
      return await putTicket(
        _job.client,
        _ticket,
        _job.slice(0, _job.size),
        stop: _job.stop,
        onSent: _job.report,
      );
    } on UploadException catch (error) {
      if (error.code == UploadCode.network) _mayBeStored = true;
      rethrow;
    }
  }

  /// Whether the first answer was only lost.
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

  /// Another ticket in place of this one, whose place in a quota is given back.
  Future<void> _renew() async {
    await _job.service.tryToAbort(_id);
    final GrantedUpload granted =
        await _job.service.begin(_job.request, _job.stop);
    final Ticket? ticket = granted.ticket;
    if (ticket == null) throw unexpected('has parts, and had none before');
    _id = granted.id;
    _ticket = ticket;
    _staleFrom = _job.now().add(ticket.expiresIn * 0.8);
    _mayBeStored = false;
  }
}
