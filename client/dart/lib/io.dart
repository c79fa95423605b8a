/// Uploads a `File` of `dart:io`. Empty on the web, which has none.
library;

export 'src/no_files.dart' if (dart.library.io) 'src/files.dart';
