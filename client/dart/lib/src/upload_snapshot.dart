import 'completed_upload.dart';
import 'upload_exception.dart';

/// The state of an [UploadSnapshot].
enum TaskState {
  /// It waits in a queue. It has no ticket yet.
  queued,
  running,
  paused,
  success,
  canceled,
  error;

  /// Whether the state does not change any more.
  bool get isOver => index >= success.index;
}

/// What is known of an upload at one moment.
class UploadSnapshot {
  const UploadSnapshot({
    required this.state,
    required this.bytesTransferred,
    required this.totalBytes,
    this.upload,
    this.error,
  });

  final TaskState state;

  /// Goes back if bytes have to be sent again, and never below what is stored.
  final int bytesTransferred;

  /// The size of the file.
  final int totalBytes;

  /// With [TaskState.success].
  final CompletedUpload? upload;

  /// With [TaskState.error] and [TaskState.canceled]: an [UploadException], or
  /// what the app's own functions have thrown.
  final Object? error;

  /// From 0 to 1.
  double get progress => totalBytes == 0
      ? (state == TaskState.success ? 1 : 0)
      : bytesTransferred / totalBytes;

  @override
  String toString() =>
      'UploadSnapshot(${state.name}, $bytesTransferred of $totalBytes bytes)';
}
