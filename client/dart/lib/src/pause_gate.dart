import 'dart:async';

import 'stop_signal.dart';

/// Holds work back while it is paused.
class PauseGate {
  Completer<void>? _opening;
  StopSignal _pausing = StopSignal();
  Completer<void>? _leaving;
  int _inside = 0;

  bool get isPaused => _opening != null;

  /// Runs [work] as soon as nothing is paused. `whenPaused` completes when a
  /// pause begins meanwhile.
  Future<T> pass<T>(
    Future<T> Function(Future<void> whenPaused) work,
    StopSignal stop,
  ) async {
    Completer<void>? opening = _opening;
    while (opening != null) {
      await Future.any<void>(<Future<void>>[opening.future, stop.whenStopped]);
      stop.check();
      opening = _opening;
    }
    _inside += 1;
    try {
      return await work(_pausing.whenStopped);
    } finally {
      _inside -= 1;
      if (_inside == 0) {
        _leaving?.complete();
        _leaving = null;
      }
    }
  }

  /// Pauses. Completes as soon as no work runs.
  Future<void> pause() {
    _opening ??= Completer<void>();
    _pausing.stop();
    if (_inside == 0) return Future<void>.value();
    return (_leaving ??= Completer<void>()).future;
  }

  void resume() {
    _pausing = StopSignal();
    _opening?.complete();
    _opening = null;
  }
}
