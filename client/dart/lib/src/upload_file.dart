import 'dart:typed_data';

import 'read_bytes.dart';

/// A file to upload: its size, how to read it, and what is known of it.
///
/// `package:edge_presigner/io.dart` makes it from a `File`, and
/// `package:edge_presigner/x_file.dart` from an `XFile`.
class UploadFile {
  /// [openRead] is called for each PUT, and again for each try.
  const UploadFile({
    required this.size,
    required this.openRead,
    this.name,
    this.contentType,
  });

  /// A file in memory, such as a photo that was edited.
  UploadFile.bytes(Uint8List bytes, {String? name, String? contentType})
      : this(
          size: bytes.length,
          openRead: openBytes(bytes),
          name: name,
          contentType: contentType,
        );

  /// The exact size in bytes. It is signed.
  final int size;
  final OpenRead openRead;

  /// The name, with its extension.
  final String? name;

  /// What the platform says. `null` or empty: by the extension of the name.
  final String? contentType;
}
