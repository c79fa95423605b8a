import 'dart:async';

import 'upload_exception.dart';

/// Stops what is running: because the user cancelled, a time limit passed, or
/// another part failed.
class StopSignal {
  final Completer<void> _completer = Completer<void>();
  bool _isDisarmed = false;

  Future<void> get whenStopped => _completer.future;

  bool get isStopped => _completer.isCompleted;

  void stop() {
    if (!_isDisarmed && !_completer.isCompleted) _completer.complete();
  }

  /// Makes [stop] do nothing from now on.
  void disarm() {
    _isDisarmed = true;
  }

  /// Stops when [trigger] completes, with or without an error.
  void follow(Future<void>? trigger) {
    if (trigger == null) return;
    unawaited(
      trigger.then<void>(
        (void _) => stop(),
        onError: (Object _, StackTrace __) => stop(),
      ),
    );
  }

  /// Throws `cancelled` if it was stopped.
  void check() {
    if (isStopped) throw cancelled();
  }
}

UploadException cancelled() =>
    const UploadException(UploadCode.cancelled, 'The upload was cancelled');
