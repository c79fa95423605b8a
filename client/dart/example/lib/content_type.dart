/// The types of what a gallery has, by the extension: phones name no type, or
/// a wrong one.
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

/// What the name says, else what the platform says, else a type that no policy
/// for photos has, so that the service says what it takes.
String contentTypeOf(String name, String? platformType) {
  final int dot = name.lastIndexOf('.');
  final String extension = dot < 0 ? '' : name.substring(dot + 1).toLowerCase();
  return _types[extension] ?? platformType ?? 'application/octet-stream';
}
