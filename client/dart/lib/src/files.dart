import 'dart:io';

import 'upload_file.dart';

/// A `File` as an [UploadFile].
extension FileToUpload on File {
  /// Returns the file with its size and name. Throws [FileSystemException] if
  /// it cannot be read.
  Future<UploadFile> toUploadFile() async => UploadFile(
        size: await length(),
        openRead: openRead,
        name: uri.pathSegments.last,
      );
}
