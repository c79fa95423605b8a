import 'dart:async';
import 'dart:typed_data';

import 'package:http/http.dart' as http;

import 'read_bytes.dart';
import 'stop_signal.dart';
import 'upload_exception.dart';

/// What was answered, read to its end.
class Answer {
  const Answer(this.status, this.headers, this.body);

  final int status;

  /// By their names in lower case.
  final Map<String, String> headers;
  final Uint8List body;

  bool get isSuccess => status >= 200 && status < 300;

  /// What `Retry-After` says in seconds; dates are passed over.
  Duration? get retryAfter {
    final String? text = headers['retry-after'];
    final int? seconds = text == null ? null : int.tryParse(text);
    return seconds == null || seconds < 0 ? null : Duration(seconds: seconds);
  }
}

/// A request with a body that is read while it is sent, and only then. Its
/// length is always told: S3 refuses a chunked body.
class StreamedBody extends http.BaseRequest with http.Abortable {
  StreamedBody(
    super.method,
    super.url, {
    required Stream<List<int>> body,
    required int length,
    required this.abortTrigger,
  }) : _body = body {
    contentLength = length;
    followRedirects = false;
  }

  final Stream<List<int>> _body;

  @override
  final Future<void>? abortTrigger;

  @override
  http.ByteStream finalize() {
    super.finalize();
    return http.ByteStream(_body);
  }
}

/// One try. Makes the request with what stops it, sends it and reads the
/// answer, of at most [limit] bytes and within [timeout]. Throws `cancelled`
/// where [stop] was stopped, and `network` where nothing answered.
Future<Answer> sendOnce(
  http.Client client,
  http.BaseRequest Function(Future<void> abortTrigger) makeRequest, {
  required Stop stop,
  required Duration timeout,
  required int limit,
}) async {
  stop.check();
  final Stop attempt = Stop()..follow(stop.whenStopped);
  final Timer timer = Timer(timeout, attempt.stop);
  try {
    // A client that cannot abort is not waited for.
    return await Future.any<Answer>(<Future<Answer>>[
      _exchange(client, makeRequest(attempt.whenStopped), limit),
      attempt.whenStopped.then<Answer>((void _) => throw _noAnswer(null)),
    ]);
  } on UploadException {
    stop.check();
    rethrow;
  } on Exception catch (error) {
    stop.check();
    throw _noAnswer(error);
  } finally {
    timer.cancel();
    attempt.disarm();
  }
}

Future<Answer> _exchange(
  http.Client client,
  http.BaseRequest request,
  int limit,
) async {
  final http.StreamedResponse response = await client.send(request);
  final Uint8List body = await readAtMost(response.stream, limit);
  final Map<String, String> headers = <String, String>{
    for (final MapEntry<String, String> header in response.headers.entries)
      header.key.toLowerCase(): header.value,
  };
  return Answer(response.statusCode, headers, body);
}

UploadException _noAnswer(Exception? cause) => UploadException(
      UploadCode.network,
      'Nothing answered',
      isTransient: true,
      cause: cause,
    );
