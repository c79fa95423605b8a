import 'dart:collection';
import 'dart:math';

import 'completed_upload.dart';
import 'upload_context.dart';
import 'part_tickets.dart';
import 'put_ticket.dart';
import 'read_json.dart';
import 'resume_storage.dart';
import 'send.dart';
import 'stop_signal.dart';
import 'ticket.dart';
import 'upload_exception.dart';
import 'upload_state.dart';

/// A multipart upload, new or resumed.
class MultipartUpload {
  MultipartUpload(this._context, this._state, this._saved,
      {List<Ticket>? tickets}) {
    _tickets.keep(tickets ?? <Ticket>[]);
  }

  final UploadContext _context;
  final UploadState _state;
  final SavedState _saved;

  /// How many bytes of each part have been sent.
  final Map<int, int> _sent = <int, int>{};

  late final PartTickets _tickets = PartTickets(
    sign: (List<int> partNumbers) =>
        _context.service.signParts(_state.id, partNumbers, _context.stop),
    now: _context.now,
  );

  /// Sends all parts of a new upload, and completes it.
  Future<CompletedUpload> run() => _cleanUpAfter(() async {
        await _saved.save(_state);
        await _sendAll(_numbers());
        return _complete();
      });

  /// Sends the missing parts of an earlier upload, and completes it.
  Future<CompletedUpload> resume() => _cleanUpAfter(() async {
        try {
          await _sendAll(await _findMissing());
        } on UploadException catch (error) {
          // Perhaps it was completed, and only the answer was lost.
          final bool hasEnded = error.code == UploadCode.alreadyCompleted ||
              error.code == UploadCode.uploadExpired;
          if (!hasEnded) rethrow;
          return _completeOr(error);
        }
        return _complete();
      });

  /// Completes the upload, or throws [ended] if that fails, too.
  Future<CompletedUpload> _completeOr(UploadException ended) async {
    try {
      return await _callComplete();
    } on UploadException catch (error) {
      if (error.isTransient || error.code == UploadCode.cancelled) rethrow;
      throw ended;
    }
  }

  /// Runs [work]. After a failure, keeps an upload that can be resumed, and
  /// aborts any other.
  Future<CompletedUpload> _cleanUpAfter(
    Future<CompletedUpload> Function() work,
  ) async {
    try {
      final CompletedUpload completed = await work();
      await _saved.remove();
      return completed;
    } on UploadException catch (error) {
      final bool hasEnded = error.code == UploadCode.uploadExpired ||
          error.code == UploadCode.uploadNotFound ||
          error.code == UploadCode.revoked ||
          error.code == UploadCode.alreadyExists ||
          error.upload == 'rejected';
      if (hasEnded) await _saved.remove();
      // The service completes it without the client.
      final bool goesOn = error.code == UploadCode.stillPending;
      final bool cannotResume = _saved.key == null && !hasEnded && !goesOn;
      if (cannotResume) await _context.service.tryToAbort(_state.id);
      rethrow;
    }
  }

  List<int> _numbers() => <int>[
        for (int partNumber = 1;
            partNumber <= _state.partCount;
            partNumber += 1)
          partNumber,
      ];

  /// Returns the parts that are not stored. If the store cannot list them,
  /// returns those without a saved ETag.
  Future<List<int>> _findMissing() async {
    final Json progress =
        await _context.service.listParts(_state.id, _context.stop);
    if (progress['partsListed'] == true) {
      _state.etags.clear();
      for (final Json part in readObjects(progress, 'done')) {
        _state.etags[readInt(part, 'partNumber')] =
            readTextOrNull(part, 'etag') ?? '';
      }
    } else {
      _state.etags.removeWhere((int _, String etag) => etag == '');
    }
    _sent.clear();
    for (final int partNumber in _state.etags.keys) {
      _sent[partNumber] = _lengthOf(partNumber);
    }
    _report();
    return <int>[
      for (final int partNumber in _numbers())
        if (!_state.etags.containsKey(partNumber)) partNumber,
    ];
  }

  /// Sends parts, several at once. If one fails, the others are stopped.
  Future<void> _sendAll(List<int> partNumbers) async {
    final StopSignal stop = StopSignal()..follow(_context.stop.whenStopped);
    final Queue<int> waiting = Queue<int>.of(partNumbers);
    Object? failure;
    StackTrace? trace;
    Future<void> run() async {
      try {
        while (waiting.isNotEmpty) {
          await _sendPart(waiting.removeFirst(), waiting, stop);
        }
      } catch (error, stackTrace) {
        if (failure == null) {
          failure = error;
          trace = stackTrace;
        }
        stop.stop();
      }
    }

    final int workers = min(_context.options.concurrency, partNumbers.length);
    await Future.wait<void>(<Future<void>>[
      for (int worker = 0; worker < workers; worker += 1) run(),
    ]);
    final Object? first = failure;
    if (first != null) {
      Error.throwWithStackTrace(first, trace ?? StackTrace.current);
    }
  }

  Future<void> _sendPart(
    int partNumber,
    Queue<int> waiting,
    StopSignal stop,
  ) async {
    bool isRenewed = false;
    await _context.backOff.retry<void>(() async {
      final Answer answer = await _put(partNumber, waiting, stop);
      if (answer.isSuccess) {
        _state.etags[partNumber] = etagOf(answer) ?? '';
        _sent[partNumber] = _lengthOf(partNumber);
        await _saved.save(_state);
        return;
      }
      if (answer.status == 404) {
        throw const UploadException(
          UploadCode.uploadExpired,
          'The store no longer has this upload: start it again',
          status: 404,
        );
      }
      final bool mayExpire = isTicketRefused(answer.status) && !isRenewed;
      if (mayExpire) {
        isRenewed = true;
        _tickets.drop(partNumber);
      }
      throw storeError(
        answer,
        isTransient: mayExpire || isTransientStatus(answer.status),
      );
    }, stop);
  }

  Future<Answer> _put(int partNumber, Queue<int> waiting, StopSignal stop) {
    final int length = _lengthOf(partNumber);
    return _context.transfer<Answer>((StopSignal attempt) async {
      final int ahead =
          min(_context.options.concurrency, maxPartsPerRequest - 1);
      final List<int> next = waiting.take(ahead).toList();
      final Ticket ticket = await _tickets.take(partNumber, next);
      try {
        return await putTicket(
          _context.client,
          ticket,
          _context.slice(_state.startOf(partNumber), _state.endOf(partNumber)),
          stop: attempt,
          onSent: (int sentBytes) {
            if (attempt.isStopped) return;
            _sent[partNumber] = sentBytes;
            _report();
          },
        );
      } on UploadException {
        _sent[partNumber] = 0;
        _report();
        rethrow;
      }
    }, stop, isNearlyDone: () => isMostlySent(_sent[partNumber], length));
  }

  /// Completes the upload. Sends parts that the store does not have.
  Future<CompletedUpload> _complete() async {
    try {
      return await _context.step(_callComplete);
    } on UploadException catch (error) {
      final bool isPartMissing = error.code == UploadCode.verificationFailed &&
          error.upload == 'pending';
      if (!isPartMissing) rethrow;
      await _sendAll(await _findMissing());
      return _context.step(_callComplete);
    }
  }

  /// Completes the upload. The ETags are for stores that cannot list parts, and
  /// are sent only if all of them are known.
  Future<CompletedUpload> _callComplete() {
    final Map<int, String> etags = _state.etags;
    final bool hasAll =
        etags.length == _state.partCount && !etags.containsValue('');
    final Json request = <String, Object?>{
      if (hasAll) 'parts': partsToJson(etags),
    };
    return _context.service.complete(_state.id, request, _context.stop);
  }

  int _lengthOf(int partNumber) =>
      _state.endOf(partNumber) - _state.startOf(partNumber);

  void _report() {
    int sum = 0;
    for (final int bytes in _sent.values) {
      sum += bytes;
    }
    _context.report(sum);
  }
}

/// Returns the field `parts` of a request to complete.
List<Json> partsToJson(Map<int, String> etags) => <Json>[
      for (final MapEntry<int, String> entry in etags.entries)
        <String, Object?>{'partNumber': entry.key, 'etag': entry.value},
    ];
