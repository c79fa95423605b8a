import 'dart:async';

import 'upload_exception.dart';

/// Ends what is under way, once: a wish of the user, a time limit, or the
/// failure of another part.
class Stop {
  final Completer<void> _completer = Completer<void>();
  bool _isDisarmed = false;

  Future<void> get whenStopped => _completer.future;

  bool get isStopped => _completer.isCompleted;

  void stop() {
    if (!_isDisarmed && !_completer.isCompleted) _completer.complete();
  }

  /// What it would have ended is over: nobody is to hear of it any more.
  void disarm() {
    _isDisarmed = true;
  }

  /// Stops when [trigger] completes, with an error or without.
  void follow(Future<void>? trigger) {
    if (trigger == null) return;
    unawaited(
      trigger.then<void>(
        (void _) => stop(),
        onError: (Object _, StackTrace __) => stop(),
      ),
    );
  }

  /// Throws `cancelled` where it was stopped.
  void check() {
    if (isStopped) throw cancelled();
  }
}

UploadException cancelled() =>
    const UploadException(UploadCode.cancelled, 'It was cancelled');
