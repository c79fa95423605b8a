import 'dart:convert';
import 'dart:math';
import 'dart:typed_data';

import 'package:edge_presigner/edge_presigner.dart';
import 'package:http/http.dart' as http;
import 'package:http/testing.dart';

/// A request that the client sent, with its whole body.
class Seen {
  const Seen(this.method, this.url, this.headers, this.length, this.body);

  final String method;
  final Uri url;
  final Map<String, String> headers;

  /// The value of `Content-Length`; `null` for a chunked body.
  final int? length;
  final Uint8List body;

  Object? get json => jsonDecode(utf8.decode(body));
}

/// Answers one request.
typedef Reply = http.Response Function(Seen request);

/// A fake of the service and its store. Gives the answers of a test, in their
/// order, and fails if there are more requests than answers.
class FakeServer {
  FakeServer(this._replies);

  final List<Reply> _replies;
  final List<Seen> seen = <Seen>[];
  final List<Duration> waited = <Duration>[];
  final MemoryResumeStorage resumeStorage = MemoryResumeStorage();
  DateTime now = DateTime.utc(2026, 11, 22, 7);
  int tokens = 0;

  EdgePresigner open() => EdgePresigner(
        endpoint: Uri.parse('https://upload.example.com'),
        getToken: () async {
          tokens += 1;
          return 'token-$tokens';
        },
        client: MockClient.streaming(_answer),
        resumeStorage: resumeStorage,
        now: () => now,
        random: Random(1),
        wait: (Duration duration) async => waited.add(duration),
      );

  Future<http.StreamedResponse> _answer(
    http.BaseRequest request,
    http.ByteStream body,
  ) async {
    final Map<String, String> headers = <String, String>{...request.headers};
    final Seen one = Seen(
      request.method,
      request.url,
      headers,
      request.contentLength,
      await body.toBytes(),
    );
    seen.add(one);
    if (_replies.isEmpty) {
      throw StateError('Unexpected request: ${one.method} ${one.url}');
    }
    final http.Response response = _replies.removeAt(0)(one);
    return http.StreamedResponse(
      http.ByteStream.fromBytes(response.bodyBytes),
      response.statusCode,
      headers: response.headers,
    );
  }

  /// The method and path of each request.
  List<String> get lines => <String>[
        for (final Seen request in seen)
          '${request.method} ${request.url.path}',
      ];
}

/// Answers with JSON, as the service does.
Reply json(int status, Map<String, Object?> body) =>
    (Seen _) => http.Response.bytes(utf8.encode(jsonEncode(body)), status,
        headers: <String, String>{'content-type': 'application/json'});

/// Answers as the store does.
Reply store(int status, {String? etag, String body = ''}) =>
    (Seen _) => http.Response(body, status,
        headers: <String, String>{if (etag != null) 'etag': '"$etag"'});

/// Breaks the connection without an answer.
Reply broken() => (Seen request) =>
    throw http.ClientException('Connection closed', request.url);

Reply noContent() => (Seen _) => http.Response('', 204);

Reply problem(int status, String code, [Map<String, Object?>? extras]) =>
    json(status, <String, Object?>{
      'code': code,
      'detail': code,
      'status': status,
      if (extras != null) ...extras,
    });
