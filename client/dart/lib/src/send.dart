import 'dart:async';
import 'dart:typed_data';

import 'package:http/http.dart' as http;

import 'read_bytes.dart';
import 'stop_signal.dart';
import 'upload_exception.dart';

/// An HTTP answer with its whole body.
class Answer {
  const Answer(this.status, this.headers, this.body);

  final int status;

  /// By name in lower case.
  final Map<String, String> headers;
  final Uint8List body;

  bool get isSuccess => status >= 200 && status < 300;

  /// Returns the seconds of `Retry-After`. Dates are ignored.
  Duration? get retryAfter {
    final String? text = headers['retry-after'];
    final int? seconds = text == null ? null : int.tryParse(text);
    return seconds == null || seconds < 0 ? null : Duration(seconds: seconds);
  }
}

/// A request whose body is read while it is sent. Its length is always set: S3
/// refuses a chunked body.
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

/// Sends a request once. Reads an answer of at most [limit] bytes within
/// [timeout]. Throws `cancelled` if it is stopped, and `network` if there is no
/// answer.
Future<Answer> sendOnce(
  http.Client client,
  http.BaseRequest Function(Future<void> abortTrigger) makeRequest, {
  required StopSignal stop,
  required Duration timeout,
  required int limit,
}) async {
  stop.check();
  final StopSignal attempt = StopSignal()..follow(stop.whenStopped);
  final Timer timer = Timer(timeout, attempt.stop);
  try {
    // Not every HTTP client can abort: do not wait for one that cannot.
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
      'No answer: check the network connection',
      isTransient: true,
      cause: cause,
    );
