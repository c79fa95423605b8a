/// The content types of photos, by extension: phones report none, or a wrong
/// one.
const Map<String, String> _types = <String, String>{
  'avif': 'image/avif',
  'gif': 'image/gif',
  'heic': 'image/heic',
  'heif': 'image/heif',
  'jpeg': 'image/jpeg',
  'jpg': 'image/jpeg',
  'png': 'image/png',
  'webp': 'image/webp',
};

/// Returns the type by the file's extension, or else the platform's type. For
/// an unknown file it is a type that the service refuses with a clear message.
String contentTypeOf(String name, String? platformType) {
  final int dot = name.lastIndexOf('.');
  final String extension = dot < 0 ? '' : name.substring(dot + 1).toLowerCase();
  return _types[extension] ?? platformType ?? 'application/octet-stream';
}
