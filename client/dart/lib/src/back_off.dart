import 'dart:math';

import 'stop_signal.dart';
import 'upload_exception.dart';

/// Tries again what may succeed later, with pauses that grow and are never
/// the same for two clients.
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

  /// How often in all.
  final int attempts;

  /// The longest pause after the first failure; it doubles with each.
  final Duration first;

  /// No pause is longer. Where a service asks for more, its refusal stands.
  final Duration longest;

  /// Does [work] until it succeeds, fails for good, or has failed too often.
  Future<T> retry<T>(Future<T> Function() work, Stop stop) async {
    int failures = 0;
    while (true) {
      stop.check();
      try {
        return await work();
      } on UploadException catch (error) {
        failures += 1;
        final Duration asked = error.retryAfter ?? Duration.zero;
        final bool isFinal = !error.isTransient || asked > longest;
        // What was retried inside of this is not retried once more.
        if (isFinal || error.wasRetried) rethrow;
        if (failures >= attempts) throw error.afterRetries();
        await pause(asked + _jitter(failures), stop);
      }
    }
  }

  /// Ends early where it is stopped, and then throws `cancelled`.
  Future<void> pause(Duration duration, Stop stop) async {
    await Future.any<void>(<Future<void>>[_wait(duration), stop.whenStopped]);
    stop.check();
  }

  /// Anything from nothing to the whole pause.
  Duration _jitter(int failures) {
    int most = first.inMilliseconds;
    for (int i = 1; i < failures; i += 1) {
      most = min(most * 2, longest.inMilliseconds);
    }
    return Duration(milliseconds: _random.nextInt(most + 1));
  }
}

Future<void> _sleep(Duration duration) => Future<void>.delayed(duration);
