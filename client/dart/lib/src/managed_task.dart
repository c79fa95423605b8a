import 'dart:async';

import 'completed_upload.dart';
import 'pause_gate.dart';
import 'read_bytes.dart';
import 'stop_signal.dart';
import 'upload_exception.dart';
import 'upload_file.dart';
import 'upload_options.dart';
import 'upload_snapshot.dart';
import 'upload_task.dart';

/// An [UploadTask], with what starts it.
class ManagedTask implements UploadTask {
  ManagedTask({
    required this.file,
    required this.options,
    required Future<CompletedUpload> Function(ManagedTask task) run,
    ProgressCallback? onProgress,
  })  : _run = run,
        _onProgress = onProgress,
        _snapshot = UploadSnapshot(
          state: TaskState.queued,
          bytesTransferred: 0,
          totalBytes: file.size,
        );

  final Future<CompletedUpload> Function(ManagedTask task) _run;
  final ProgressCallback? _onProgress;
  final Completer<CompletedUpload> _completer = Completer<CompletedUpload>();
  final StreamController<UploadSnapshot> _events =
      StreamController<UploadSnapshot>.broadcast();
  final StopSignal stop = StopSignal();
  final PauseGate gate = PauseGate();
  UploadSnapshot _snapshot;

  @override
  final UploadFile file;

  @override
  final UploadOptions options;

  bool hasBegun = false;

  /// Starts the upload.
  void begin() {
    if (hasBegun || _snapshot.state.isOver) return;
    hasBegun = true;
    _show(TaskState.running);
    _run(this).then<void>(
      (CompletedUpload upload) {
        _show(TaskState.success, bytes: file.size, upload: upload);
        _close();
        _completer.complete(upload);
      },
      onError: _fail,
    ).ignore();
  }

  void followCancelled(Future<void>? cancelled) => stop.follow(cancelled);

  /// Shows how many bytes are sent.
  void report(int sentBytes) {
    if (_snapshot.state.isOver) return;
    _show(_snapshot.state, bytes: sentBytes);
    final ProgressCallback? onProgress = _onProgress;
    if (onProgress != null) onProgress(sentBytes, file.size);
  }

  /// Makes a failure that nobody awaits no unhandled error.
  void ignoreFailure() => _completer.future.ignore();

  @override
  UploadSnapshot get snapshot => _snapshot;

  @override
  Stream<UploadSnapshot> get snapshotEvents => Stream<UploadSnapshot>.multi(
        (MultiStreamController<UploadSnapshot> listener) {
          ignoreFailure();
          listener.add(_snapshot);
          final StreamSubscription<UploadSnapshot> events =
              _events.stream.listen(listener.add, onDone: listener.closeSync);
          listener.onCancel = events.cancel;
        },
        isBroadcast: true,
      );

  @override
  Future<bool> pause() async {
    if (_snapshot.state.isOver) return false;
    await Future.any<Object?>(<Future<Object?>>[
      gate.pause(),
      _completer.future.then<Object?>((_) => null, onError: (_) => null),
    ]);
    if (_snapshot.state.isOver) return false;
    if (gate.isPaused) _show(TaskState.paused);
    return gate.isPaused;
  }

  @override
  Future<bool> resume() async {
    if (_snapshot.state.isOver || !gate.isPaused) return false;
    _show(hasBegun ? TaskState.running : TaskState.queued);
    gate.resume();
    return true;
  }

  @override
  Future<bool> cancel() async {
    if (_snapshot.state.isOver) return false;
    ignoreFailure();
    stop.stop();
    if (!hasBegun) _fail(cancelled(), StackTrace.current);
    await _completer.future.then<void>((_) {}, onError: (_) {});
    return _snapshot.state == TaskState.canceled;
  }

  void _fail(Object error, StackTrace trace) {
    final bool isCancelled =
        error is UploadException && error.code == UploadCode.cancelled;
    _show(isCancelled ? TaskState.canceled : TaskState.error, error: error);
    _close();
    _completer.completeError(error, trace);
  }

  void _show(
    TaskState state, {
    int? bytes,
    CompletedUpload? upload,
    Object? error,
  }) {
    _snapshot = UploadSnapshot(
      state: state,
      bytesTransferred: bytes ?? _snapshot.bytesTransferred,
      totalBytes: file.size,
      upload: upload,
      error: error,
    );
    _events.add(_snapshot);
  }

  void _close() => unawaited(_events.close());

  @override
  Stream<CompletedUpload> asStream() => _completer.future.asStream();

  @override
  Future<CompletedUpload> catchError(
    Function onError, {
    bool Function(Object error)? test,
  }) =>
      _completer.future.catchError(onError, test: test);

  @override
  Future<R> then<R>(
    FutureOr<R> Function(CompletedUpload value) onValue, {
    Function? onError,
  }) =>
      _completer.future.then<R>(onValue, onError: onError);

  @override
  Future<CompletedUpload> timeout(
    Duration timeLimit, {
    FutureOr<CompletedUpload> Function()? onTimeout,
  }) =>
      _completer.future.timeout(timeLimit, onTimeout: onTimeout);

  @override
  Future<CompletedUpload> whenComplete(FutureOr<void> Function() action) =>
      _completer.future.whenComplete(action);
}
