import 'dart:async';
import 'dart:collection';

import 'stop_signal.dart';

/// How many PUTs run at once. Those that come first are first.
class Connections {
  Connections(this._free);

  int _free;
  final Queue<Completer<void>> _waiting = Queue<Completer<void>>();

  /// Waits for a free connection. Throws `cancelled` if it is stopped before.
  Future<void> take(StopSignal stop) async {
    stop.check();
    if (_free > 0) {
      _free -= 1;
      return;
    }
    final Completer<void> turn = Completer<void>();
    _waiting.add(turn);
    await Future.any<void>(<Future<void>>[turn.future, stop.whenStopped]);
    if (!stop.isStopped) return;
    if (turn.isCompleted) give();
    _waiting.remove(turn);
    stop.check();
  }

  void give() {
    if (_waiting.isEmpty) {
      _free += 1;
    } else {
      _waiting.removeFirst().complete();
    }
  }
}
