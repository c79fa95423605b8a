/// The content types of common files, by extension.
const Map<String, String> _types = <String, String>{
  '3gp': 'video/3gpp',
  '7z': 'application/x-7z-compressed',
  'aac': 'audio/aac',
  'avi': 'video/x-msvideo',
  'avif': 'image/avif',
  'bmp': 'image/bmp',
  'csv': 'text/csv',
  'doc': 'application/msword',
  'docx':
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'epub': 'application/epub+zip',
  'gif': 'image/gif',
  'gz': 'application/gzip',
  'heic': 'image/heic',
  'heif': 'image/heif',
  'htm': 'text/html',
  'html': 'text/html',
  'ics': 'text/calendar',
  'jpeg': 'image/jpeg',
  'jpg': 'image/jpeg',
  'json': 'application/json',
  'jxl': 'image/jxl',
  'm4a': 'audio/mp4',
  'm4v': 'video/x-m4v',
  'md': 'text/markdown',
  'mkv': 'video/x-matroska',
  'mov': 'video/quicktime',
  'mp3': 'audio/mpeg',
  'mp4': 'video/mp4',
  'mpeg': 'video/mpeg',
  'odp': 'application/vnd.oasis.opendocument.presentation',
  'ods': 'application/vnd.oasis.opendocument.spreadsheet',
  'odt': 'application/vnd.oasis.opendocument.text',
  'oga': 'audio/ogg',
  'ogg': 'audio/ogg',
  'ogv': 'video/ogg',
  'pdf': 'application/pdf',
  'png': 'image/png',
  'ppt': 'application/vnd.ms-powerpoint',
  'pptx':
      'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  'psd': 'image/vnd.adobe.photoshop',
  'rtf': 'text/rtf',
  'svg': 'image/svg+xml',
  'tif': 'image/tiff',
  'tiff': 'image/tiff',
  'txt': 'text/plain',
  'wav': 'audio/wav',
  'webm': 'video/webm',
  'webp': 'image/webp',
  'xls': 'application/vnd.ms-excel',
  'xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'xml': 'application/xml',
  'zip': 'application/zip',
};

const String _unknown = 'application/octet-stream';

/// Returns the content type to request: [given] in lower case and without
/// parameters, or by the extension of [name] if it is empty.
String contentTypeOf(String? given, String? name) {
  final String type = (given ?? '').split(';').first.trim().toLowerCase();
  return type.isEmpty ? _types[_extensionOf(name ?? '')] ?? _unknown : type;
}

String _extensionOf(String name) =>
    name.substring(name.lastIndexOf('.') + 1).toLowerCase();
