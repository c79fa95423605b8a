import 'dart:async';

import 'managed_task.dart';
import 'upload_file.dart';
import 'upload_options.dart';
import 'upload_queue.dart';
import 'upload_snapshot.dart';
import 'upload_task.dart';

/// An [UploadQueue] of tasks that it starts itself.
class ManagedQueue implements UploadQueue {
  ManagedQueue(this._createTask, this._concurrency);

  final ManagedTask Function(UploadFile file, UploadOptions options)
      _createTask;
  final int _concurrency;
  final List<ManagedTask> _tasks = <ManagedTask>[];
  final StreamController<QueueSnapshot> _events =
      StreamController<QueueSnapshot>.broadcast();
  bool _isPaused = false;
  Completer<void>? _idle;

  @override
  List<UploadTask> get tasks => List<UploadTask>.unmodifiable(_tasks);

  @override
  QueueSnapshot get snapshot {
    final Iterable<UploadSnapshot> all = _tasks
        .map((ManagedTask task) => task.snapshot)
        .where((UploadSnapshot one) => one.state != TaskState.canceled);
    int count(bool Function(TaskState state) test) =>
        all.where((UploadSnapshot one) => test(one.state)).length;
    return QueueSnapshot(
      files: all.length,
      succeeded: count((TaskState state) => state == TaskState.success),
      failed: count((TaskState state) => state == TaskState.error),
      unfinished: count((TaskState state) => !state.isOver),
      bytesTransferred: all.fold(
          0, (int sum, UploadSnapshot one) => sum + one.bytesTransferred),
      totalBytes:
          all.fold(0, (int sum, UploadSnapshot one) => sum + one.totalBytes),
    );
  }

  @override
  Stream<QueueSnapshot> get snapshotEvents => Stream<QueueSnapshot>.multi(
        (MultiStreamController<QueueSnapshot> listener) {
          listener.add(snapshot);
          final StreamSubscription<QueueSnapshot> events =
              _events.stream.listen(listener.add);
          listener.onCancel = events.cancel;
        },
        isBroadcast: true,
      );

  @override
  UploadTask add(
    UploadFile file, [
    UploadOptions options = const UploadOptions(),
  ]) {
    final ManagedTask task = _create(file, options);
    _tasks.add(task);
    _continue();
    return task;
  }

  ManagedTask _create(UploadFile file, UploadOptions options) {
    final ManagedTask task = _createTask(file, options)..ignoreFailure();
    task.snapshotEvents.listen((UploadSnapshot _) => _continue());
    return task;
  }

  @override
  Future<void> pause() async {
    _isPaused = true;
    await Future.wait<bool>(
        _tasks.map((ManagedTask task) => task.pause()).toList());
  }

  @override
  Future<void> resume() async {
    _isPaused = false;
    for (final ManagedTask task in _tasks) {
      await task.resume();
    }
    _continue();
  }

  @override
  Future<void> cancel() async {
    await Future.wait<bool>(
        _tasks.map((ManagedTask task) => task.cancel()).toList());
  }

  @override
  List<UploadTask> retryFailed() {
    final List<UploadTask> again = <UploadTask>[];
    for (int index = 0; index < _tasks.length; index += 1) {
      final ManagedTask task = _tasks[index];
      if (task.snapshot.state != TaskState.error) continue;
      _tasks[index] = _create(task.file, task.options);
      again.add(_tasks[index]);
    }
    _continue();
    return again;
  }

  @override
  void removeFinished() {
    _tasks.removeWhere((ManagedTask task) => task.snapshot.state.isOver);
    _continue();
  }

  @override
  Future<void> get idle {
    if (snapshot.unfinished == 0) return Future<void>.value();
    return (_idle ??= Completer<void>()).future;
  }

  /// Starts as many tasks as may run, and shows the totals.
  void _continue() {
    final Iterable<ManagedTask> running = _tasks.where(
        (ManagedTask task) => task.hasBegun && _isActive(task.snapshot.state));
    int free = _concurrency - running.length;
    for (final ManagedTask task in _tasks) {
      final bool isNext =
          !_isPaused && free > 0 && !task.hasBegun && !task.gate.isPaused;
      if (!isNext || task.snapshot.state.isOver) continue;
      free -= 1;
      task.begin();
    }
    final QueueSnapshot totals = snapshot;
    _events.add(totals);
    if (totals.unfinished > 0) return;
    _idle?.complete();
    _idle = null;
  }

  bool _isActive(TaskState state) => state == TaskState.running;
}
