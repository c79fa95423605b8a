import 'upload_file.dart';
import 'upload_options.dart';
import 'upload_task.dart';

/// The totals of a queue.
class QueueSnapshot {
  const QueueSnapshot({
    required this.files,
    required this.succeeded,
    required this.failed,
    required this.unfinished,
    required this.bytesTransferred,
    required this.totalBytes,
  });

  /// How many files there are, without cancelled ones.
  final int files;
  final int succeeded;
  final int failed;

  /// How many wait, run, or are paused.
  final int unfinished;
  final int bytesTransferred;
  final int totalBytes;
}

/// Uploads many files, some at a time. Each ticket is requested just before it
/// is used, so that none expires while its file waits.
abstract interface class UploadQueue {
  /// The tasks, in the order in which they were added.
  List<UploadTask> get tasks;

  QueueSnapshot get snapshot;

  /// The current totals, and then each change. It does not end.
  Stream<QueueSnapshot> get snapshotEvents;

  /// Adds a file. A failure does not stop the other files, and is no unhandled
  /// error: it is in the snapshots.
  UploadTask add(
    UploadFile file, [
    UploadOptions options = const UploadOptions(),
  ]);

  /// Pauses all files. Files that are added wait.
  Future<void> pause();

  Future<void> resume();

  /// Cancels all files that are not finished.
  Future<void> cancel();

  /// Replaces each task that failed by a new one, and returns the new ones.
  List<UploadTask> retryFailed();

  /// Removes the tasks that are finished, whatever their result.
  void removeFinished();

  /// Completes as soon as no task waits, runs or is paused.
  Future<void> get idle;
}
