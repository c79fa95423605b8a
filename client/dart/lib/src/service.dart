import 'dart:convert';
import 'dart:math';
import 'dart:typed_data';

import 'package:http/http.dart' as http;

import 'back_off.dart';
import 'completed_upload.dart';
import 'read_json.dart';
import 'send.dart';
import 'stop_signal.dart';
import 'ticket.dart';
import 'upload_exception.dart';

/// Problems that a retry may solve (docs/protocol.md, "Problems").
const Set<String> _transient = <String>{
  UploadCode.rateLimited,
  UploadCode.quotaExceeded,
  UploadCode.internal,
  UploadCode.storeUnavailable,
  UploadCode.ledgerUnavailable,
};

/// Longer than a store takes to complete a large multipart upload.
const Duration _timeout = Duration(seconds: 90);

/// How long a cancelled upload waits for its abort.
const Duration _abortTimeout = Duration(seconds: 5);
const int _answerBytes = 4 * 1024 * 1024;

/// Less than five minutes of waiting while a file is checked.
const int _maxQuestions = 20;

/// The pauses grow to so many seconds, beside what the service says.
const int _maxAddedSeconds = 12;
const UploadException _stillPending = UploadException(
  UploadCode.stillPending,
  'The file is stored, and the service is still checking it. '
  'It goes on without the client',
);

/// Calls the edge-presigner service.
class Service {
  Service({
    required this.endpoint,
    required this.getToken,
    required this.client,
    required this.backOff,
    required this.createKey,
  });

  final Uri endpoint;
  final Future<String> Function() getToken;
  final http.Client client;
  final BackOff backOff;

  /// Returns a new `Idempotency-Key`.
  final String Function() createKey;

  /// Sends `POST /v1/uploads`. All tries have one `Idempotency-Key`, so that a
  /// lost answer reserves nothing twice.
  Future<CreatedUpload> createUpload(Json request, StopSignal stop) async {
    try {
      return await _createOnce(request, stop);
    } on UploadException catch (error) {
      // A lost answer had tickets that have expired since: a new key is needed.
      if (error.code != UploadCode.uploadExpired) rethrow;
      return _createOnce(request, stop);
    }
  }

  Future<CreatedUpload> _createOnce(Json request, StopSignal stop) async =>
      CreatedUpload.fromJson(
        await callService('POST', '/v1/uploads',
            body: request, stop: stop, idempotencyKey: createKey()),
      );

  /// Sends `POST /v1/uploads/{id}/parts`, for at most 25 parts.
  Future<List<Ticket>> signParts(
    String id,
    List<int> partNumbers,
    StopSignal stop, {
    bool isBackground = false,
  }) async {
    final Json request = <String, Object?>{
      'partNumbers': partNumbers,
      if (isBackground) 'background': true,
    };
    return readTickets(
      await callService('POST', '/v1/uploads/$id/parts',
          body: request, stop: stop),
    );
  }

  /// Sends `GET /v1/uploads/{id}/parts`.
  Future<Json> listParts(String id, StopSignal stop) =>
      callService('GET', '/v1/uploads/$id/parts', stop: stop);

  /// Sends `POST /v1/uploads/{id}/complete`, and again while the service checks
  /// the file: for some minutes, and then it throws `still-pending`.
  Future<CompletedUpload> complete(
    String id,
    Json request,
    StopSignal stop,
  ) async {
    for (int questions = 1;; questions += 1) {
      final Json answer = await callService('POST', '/v1/uploads/$id/complete',
          body: request, stop: stop);
      if (answer['status'] != 'pending') {
        return CompletedUpload.fromJson(answer);
      }
      if (questions > _maxQuestions) throw _stillPending;
      final int seconds =
          readInt(answer, 'retryAfter') + min(questions, _maxAddedSeconds);
      await backOff.pause(Duration(seconds: seconds), stop);
    }
  }

  /// Sends `DELETE /v1/uploads/{id}`.
  Future<void> abort(String id, StopSignal stop) async {
    await callService('DELETE', '/v1/uploads/$id', stop: stop);
  }

  /// Aborts the upload, and ignores a failure: the upload expires by itself.
  Future<void> tryToAbort(String id) async {
    try {
      await _send(
        'DELETE',
        _urlOf('/v1/uploads/$id', null),
        null,
        StopSignal(),
        timeout: _abortTimeout,
      );
    } on Exception {
      return;
    }
  }

  /// Sends a request, with retries. Asks once more for a token that is refused.
  /// Returns an empty object for an empty answer.
  Future<Json> callService(
    String method,
    String path, {
    required StopSignal stop,
    Json? body,
    Map<String, String>? query,
    String? idempotencyKey,
  }) {
    final Uri url = _urlOf(path, query);
    Future<Answer> send() =>
        _send(method, url, body, stop, idempotencyKey: idempotencyKey);
    return backOff.retry<Json>(() async {
      final Answer answer = await send();
      return _read(answer.status == 401 ? await send() : answer);
    }, stop);
  }

  Future<Answer> _send(
    String method,
    Uri url,
    Json? body,
    StopSignal stop, {
    Duration timeout = _timeout,
    String? idempotencyKey,
  }) async {
    final String token = await getToken();
    // Bytes and not a string: package:http would add a charset to a string.
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
        if (idempotencyKey != null) {
          request.headers['idempotency-key'] = idempotencyKey;
        }
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

/// Returns the service's problem as an exception. An answer without a problem
/// is not from the service, but from a proxy, say.
UploadException problemOf(Answer answer) {
  final Json problem = _problemIn(answer.body);
  final int? seconds = readIntOrNull(problem, 'retryAfter');
  final Duration? retryAfter =
      seconds == null ? answer.retryAfter : Duration(seconds: seconds);
  final String? code = readTextOrNull(problem, 'code');
  if (code == null) {
    return UploadException(
      UploadCode.unexpectedAnswer,
      'The server that answered ${answer.status} is not the service: '
      'check the endpoint',
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
    // Without a time to wait, only a deletion makes room.
    isTransient: _transient.contains(code) &&
        (code != UploadCode.quotaExceeded || retryAfter != null),
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
