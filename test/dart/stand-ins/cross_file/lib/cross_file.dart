import 'dart:io';

/// The names and types of `package:cross_file` that the client uses.
class XFile {
  XFile(this.path, {this.mimeType});

  final String path;
  final String? mimeType;

  String get name => path.split('/').last;

  Future<int> length() => File(path).length();

  Stream<List<int>> openRead([int? start, int? end]) =>
      File(path).openRead(start, end);
}
