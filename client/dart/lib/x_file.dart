/// Uploads an `XFile` of `package:image_picker` or `package:file_selector`.
library;

import 'package:cross_file/cross_file.dart';

import 'src/upload_file.dart';

/// An [XFile] as an [UploadFile].
extension XFileToUpload on XFile {
  /// Returns the file with its size, name and type.
  Future<UploadFile> toUploadFile() async => UploadFile(
        size: await length(),
        openRead: openRead,
        name: name,
        contentType: mimeType,
      );
}
