import 'dart:convert';
import 'dart:typed_data';

import 'package:http/http.dart' as http;

import 'back_off.dart';
import 'completed_upload.dart';
import 'read_json.dart';
import 'send.dart';
import 'stop_signal.dart';
import 'ticket.dart';
import 'upload_exception.dart';

/// What may succeed later (docs/protocol.md, "Problems").
const Set<String> _transient = <String>{
  UploadCode.rateLimited,
  UploadCode.quotaExceeded,
  UploadCode.internal,
  UploadCode.storeUnavailable,
  UploadCode.ledgerUnavailable,
};

/// Longer than a store takes to put a large object together.
const Duration _timeout = Duration(seconds: 90);

/// What somebody who cancelled is made to wait at most.
const Duration _farewell = Duration(seconds: 5);
const int _answerBytes = 4 * 1024 * 1024;

/// Asks the edge-presigner service.
class Service {
  Service({
    required this.endpoint,
    required this.getToken,
    required this.client,
    required this.backOff,
  });

  final Uri endpoint;
  final Future<String> Function() getToken;
  final http.Client client;
  final BackOff backOff;

  /// `POST /v1/uploads`.
  Future<GrantedUpload> begin(Json request, Stop stop) async =>
      GrantedUpload.fromJson(
        await ask('POST', '/v1/uploads', body: request, stop: stop),
      );

  /// `POST /v1/uploads/{id}/parts`: at most 25 of them.
  Future<List<Ticket>> signParts(
    String id,
    List<int> partNumbers,
    Stop stop, {
    bool isBackground = false,
  }) async {
    final Json request = <String, Object?>{
      'partNumbers': partNumbers,
      if (isBackground) 'background': true,
    };
    return readTickets(
      await ask('POST', '/v1/uploads/$id/parts', body: request, stop: stop),
    );
  }

  /// `GET /v1/uploads/{id}/parts`.
  Future<Json> findParts(String id, Stop stop) =>
      ask('GET', '/v1/uploads/$id/parts', stop: stop);

  /// `POST /v1/uploads/{id}/complete`.
  Future<CompletedUpload> complete(String id, Json request, Stop stop) async =>
      CompletedUpload.fromJson(
        await ask('POST', '/v1/uploads/$id/complete',
            body: request, stop: stop),
      );

  /// `DELETE /v1/uploads/{id}`.
  Future<void> abort(String id, Stop stop) async {
    await ask('DELETE', '/v1/uploads/$id', stop: stop);
  }

  /// The same where it does not matter whether it succeeds: the upload ends by
  /// itself, later.
  Future<void> tryToAbort(String id) async {
    try {
      await _once(
        'DELETE',
        _urlOf('/v1/uploads/$id', null),
        null,
        Stop(),
        timeout: _farewell,
      );
    } on Exception {
      return;
    }
  }

  /// An empty answer is an empty object. A token that is refused is asked for
  /// once more.
  Future<Json> ask(
    String method,
    String path, {
    required Stop stop,
    Json? body,
    Map<String, String>? query,
  }) {
    final Uri url = _urlOf(path, query);
    return backOff.retry<Json>(() async {
      final Answer answer = await _once(method, url, body, stop);
      if (answer.status != 401) return _read(answer);
      return _read(await _once(method, url, body, stop));
    }, stop);
  }

  Future<Answer> _once(
    String method,
    Uri url,
    Json? body,
    Stop stop, {
    Duration timeout = _timeout,
  }) async {
    final String token = await getToken();
    // Bytes and not a text, to which package:http would add a charset.
    final List<int> bytes =
        body == null ? <int>[] : utf8.encode(jsonEncode(body));
    return sendOnce(
      client,
      (Future<void> abortTrigger) {
        final http.AbortableRequest request =
            http.AbortableRequest(method, url, abortTrigger: abortTrigger);
        request.followRedirects = false;
        request.headers['authorization'] = 'Bearer $token';
        if (body != null) request.headers['content-type'] = 'application/json';
        request.bodyBytes = bytes;
        return request;
      },
      stop: stop,
      timeout: timeout,
      limit: _answerBytes,
    );
  }

  Uri _urlOf(String path, Map<String, String>? query) {
    final String base = endpoint.path.endsWith('/')
        ? endpoint.path.substring(0, endpoint.path.length - 1)
        : endpoint.path;
    return endpoint.replace(path: '$base$path', queryParameters: query);
  }

  Json _read(Answer answer) {
    if (!answer.isSuccess) throw problemOf(answer);
    return answer.body.isEmpty ? <String, Object?>{} : parseJson(answer.body);
  }
}

/// The problem that the service answered, or what stands for one that
/// something before it answered.
UploadException problemOf(Answer answer) {
  final Json problem = _problemIn(answer.body);
  final int? seconds = readIntOrNull(problem, 'retryAfter');
  final Duration? retryAfter =
      seconds == null ? answer.retryAfter : Duration(seconds: seconds);
  final String? code = readTextOrNull(problem, 'code');
  if (code == null) {
    return UploadException(
      UploadCode.unexpectedAnswer,
      'Something else than the service answered ${answer.status}',
      status: answer.status,
      retryAfter: retryAfter,
      isTransient: answer.status == 429 || answer.status >= 500,
    );
  }
  return UploadException(
    code,
    readTextOrNull(problem, 'detail') ?? code,
    status: answer.status,
    retryAfter: retryAfter,
    isTransient: _transient.contains(code),
    problem: problem,
  );
}

Json _problemIn(Uint8List body) {
  try {
    return parseJson(body);
  } on UploadException {
    return <String, Object?>{};
  }
}
