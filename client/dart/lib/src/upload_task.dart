import 'completed_upload.dart';
import 'upload_file.dart';
import 'upload_options.dart';
import 'upload_snapshot.dart';

/// An upload that runs or waits. Await it for the [CompletedUpload], or for the
/// exception of a failure.
abstract interface class UploadTask implements Future<CompletedUpload> {
  UploadFile get file;

  UploadOptions get options;

  UploadSnapshot get snapshot;

  /// The current snapshot, and then each change. It ends with the upload, and
  /// has no errors: a failure is a snapshot with an `error`.
  Stream<UploadSnapshot> get snapshotEvents;

  /// Pauses the upload. Parts that are stored stay stored, and a part that is
  /// nearly sent is finished. One PUT begins again when it is resumed.
  ///
  /// Returns `true` as soon as nothing is sent any more, and `false` if the
  /// upload is over by then.
  Future<bool> pause();

  /// Continues a paused upload. Returns `false` if it is not paused.
  Future<bool> resume();

  /// Cancels the upload. With a `resumeKey` its parts are kept, and without one
  /// they are deleted. Returns `false` if the upload was over already.
  Future<bool> cancel();
}
