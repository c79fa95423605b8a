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

/// A file that is sent in parts, from its begin or from where it stopped.
class PartsUpload {
  PartsUpload(this._job, this._state, this._saved, {List<Ticket>? tickets}) {
    _tickets.keep(tickets ?? <Ticket>[]);
  }

  final Job _job;
  final UploadState _state;
  final SavedState _saved;

  /// Bytes of each part that are on their way, or there.
  final Map<int, int> _sent = <int, int>{};

  late final PartTickets _tickets = PartTickets(
    sign: (List<int> partNumbers) =>
        _job.service.signParts(_state.id, partNumbers, _job.stop),
    now: _job.now,
  );

  /// Sends all parts of an upload that has just begun.
  Future<CompletedUpload> run() => _guard(() async {
        await _saved.save(_state);
        await _sendAll(_numbers());
        return _complete();
      });

  /// Sends what is missing.
  Future<CompletedUpload> resume() => _guard(() async {
        try {
          await _sendAll(await _findMissing());
        } on UploadException catch (error) {
          // It may be completed, and only the answer was lost.
          final bool isOver = error.code == UploadCode.alreadyCompleted ||
              error.code == UploadCode.uploadExpired;
          if (!isOver) rethrow;
          return _completeOr(error);
        }
        return _complete();
      });

  /// Completes what is over for sending, or says that it is over.
  Future<CompletedUpload> _completeOr(UploadException over) async {
    try {
      return await _askToComplete();
    } on UploadException catch (error) {
      if (error.isTransient || error.code == UploadCode.cancelled) rethrow;
      throw over;
    }
  }

  /// What can be resumed stays; what nobody could resume is taken back.
  Future<CompletedUpload> _guard(
    Future<CompletedUpload> Function() work,
  ) async {
    try {
      final CompletedUpload completed = await work();
      await _saved.remove();
      return completed;
    } on UploadException catch (error) {
      final bool isOver = error.code == UploadCode.uploadExpired ||
          error.code == UploadCode.uploadNotFound ||
          error.code == UploadCode.alreadyExists ||
          error.upload == 'rejected';
      if (isOver) await _saved.remove();
      final bool isLost = _saved.key == null && !isOver;
      if (isLost) await _job.service.tryToAbort(_state.id);
      rethrow;
    }
  }

  List<int> _numbers() => <int>[
        for (int partNumber = 1;
            partNumber <= _state.partCount;
            partNumber += 1)
          partNumber,
      ];

  /// The parts that the store lacks. Where it cannot list them, those of which
  /// no ETag was kept.
  Future<List<int>> _findMissing() async {
    final Json progress = await _job.service.findParts(_state.id, _job.stop);
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

  /// Several at once. When one of them fails for good, the others stop.
  Future<void> _sendAll(List<int> partNumbers) async {
    final Stop stop = Stop()..follow(_job.stop.whenStopped);
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

    final int runners = min(_job.options.concurrency, partNumbers.length);
    await Future.wait<void>(<Future<void>>[
      for (int runner = 0; runner < runners; runner += 1) run(),
    ]);
    final Object? first = failure;
    if (first != null) {
      Error.throwWithStackTrace(first, trace ?? StackTrace.current);
    }
  }

  Future<void> _sendPart(
    int partNumber,
    Queue<int> waiting,
    Stop stop,
  ) async {
    bool isRenewed = false;
    await _job.backOff.retry<void>(() async {
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
          'The store has no such upload any more',
          status: 404,
        );
      }
      final bool mayExpire = isRefused(answer.status) && !isRenewed;
      if (mayExpire) {
        isRenewed = true;
        _tickets.drop(partNumber);
      }
      throw storeRefusal(
        answer,
        isTransient: mayExpire || isPassing(answer.status),
      );
    }, stop);
  }

  Future<Answer> _put(int partNumber, Queue<int> waiting, Stop stop) async {
    final int ahead = min(_job.options.concurrency, signedAtOnce - 1);
    final List<int> next = waiting.take(ahead).toList();
    final Ticket ticket = await _tickets.take(partNumber, next);
    _sent[partNumber] = 0;
    return putTicket(
      _job.client,
      ticket,
      _job.slice(_state.startOf(partNumber), _state.endOf(partNumber)),
      stop: stop,
      onSent: (int sentBytes) {
        _sent[partNumber] = sentBytes;
        _report();
      },
    );
  }

  Future<CompletedUpload> _complete() async {
    try {
      return await _askToComplete();
    } on UploadException catch (error) {
      final bool isPartMissing = error.code == UploadCode.verificationFailed &&
          error.upload == 'pending';
      if (!isPartMissing) rethrow;
      await _sendAll(await _findMissing());
      return _askToComplete();
    }
  }

  /// The ETags are for stores that cannot list parts; without all of them none
  /// are of use.
  Future<CompletedUpload> _askToComplete() {
    final Map<int, String> etags = _state.etags;
    final bool hasAll =
        etags.length == _state.partCount && !etags.containsValue('');
    final Json request = <String, Object?>{
      if (hasAll) 'parts': partsToJson(etags),
    };
    return _job.service.complete(_state.id, request, _job.stop);
  }

  int _lengthOf(int partNumber) =>
      _state.endOf(partNumber) - _state.startOf(partNumber);

  void _report() {
    int sum = 0;
    for (final int bytes in _sent.values) {
      sum += bytes;
    }
    _job.report(sum);
  }
}

/// `parts` of a request to complete.
List<Json> partsToJson(Map<int, String> etags) => <Json>[
      for (final MapEntry<int, String> entry in etags.entries)
        <String, Object?>{'partNumber': entry.key, 'etag': entry.value},
    ];
