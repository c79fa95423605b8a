import 'dart:math';

import 'stop_signal.dart';
import 'upload_exception.dart';

/// Retries what may succeed later. The pauses grow and are random, so that
/// clients do not all return at once.
class BackOff {
  BackOff({
    Random? random,
    Future<void> Function(Duration duration)? wait,
    this.attempts = 5,
    this.first = const Duration(milliseconds: 500),
    this.longest = const Duration(seconds: 60),
  })  : _random = random ?? Random(),
        _wait = wait ?? _sleep;

  final Random _random;
  final Future<void> Function(Duration duration) _wait;

  /// How many tries there are, with the first one.
  final int attempts;

  /// The longest pause after the first failure. It doubles with each failure.
  final Duration first;

  /// The longest pause of all. A longer `Retry-After` is an error.
  final Duration longest;

  /// Calls [work] until it succeeds, cannot succeed, or has failed too often.
  Future<T> retry<T>(Future<T> Function() work, StopSignal stop) async {
    int failures = 0;
    while (true) {
      stop.check();
      try {
        return await work();
      } on UploadException catch (error) {
        failures += 1;
        final Duration retryAfter = error.retryAfter ?? Duration.zero;
        final bool isFinal = !error.isTransient || retryAfter > longest;
        // What was already retried inside [work] is not retried here.
        if (isFinal || error.wasRetried) rethrow;
        if (failures >= attempts) throw error.afterRetries();
        await pause(retryAfter + _jitter(failures), stop);
      }
    }
  }

  /// Waits. Throws `cancelled` as soon as it is stopped.
  Future<void> pause(Duration duration, StopSignal stop) async {
    await Future.any<void>(<Future<void>>[_wait(duration), stop.whenStopped]);
    stop.check();
  }

  /// Returns a random duration between zero and the longest pause.
  Duration _jitter(int failures) {
    int most = first.inMilliseconds;
    for (int i = 1; i < failures; i += 1) {
      most = min(most * 2, longest.inMilliseconds);
    }
    return Duration(milliseconds: _random.nextInt(most + 1));
  }
}

Future<void> _sleep(Duration duration) => Future<void>.delayed(duration);
