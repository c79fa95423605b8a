import 'read_json.dart';

/// A presigned request that reads one object, until it expires.
class DownloadTicket {
  const DownloadTicket({
    required this.method,
    required this.url,
    required this.headers,
    required this.expiresAt,
  });

  factory DownloadTicket.fromJson(Json json) => DownloadTicket(
        method: readText(json, 'method'),
        url: readUrl(json, 'url'),
        headers: readTexts(json, 'headers'),
        expiresAt: readTime(json, 'expiresAt'),
      );

  final String method;
  final Uri url;
  final Map<String, String> headers;
  final DateTime expiresAt;
}
