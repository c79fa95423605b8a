import 'dart:convert';

import 'package:http/http.dart' as http;

import 'read_bytes.dart';
import 'send.dart';
import 'stop_signal.dart';
import 'ticket.dart';
import 'upload_exception.dart';

const int _answerBytes = 256 * 1024;

/// The slowest line that is waited for.
const int _bytesPerSecond = 8192;

/// Sends the slice as the ticket says. What the store answers is returned,
/// whatever it is. Throws `network`, `cancelled` and `file-unreadable`.
Future<Answer> putTicket(
  http.Client client,
  Ticket ticket,
  FileSlice slice, {
  required Stop stop,
  required void Function(int sentBytes) onSent,
}) async {
  UploadException? unreadable;
  final Stream<List<int>> body = measure(
    slice,
    onSent: onSent,
    onFault: (UploadException fault) => unreadable = fault,
  );
  // The client may have made something else of it, or nothing.
  void checkFile() {
    final UploadException? fault = unreadable;
    if (fault != null) throw fault;
  }

  try {
    final Answer answer = await sendOnce(
      client,
      (Future<void> abortTrigger) {
        final StreamedBody request = StreamedBody(
          ticket.method,
          ticket.url,
          body: body,
          length: slice.length,
          abortTrigger: abortTrigger,
        );
        request.headers.addAll(ticket.headers);
        return request;
      },
      stop: stop,
      timeout: Duration(seconds: 60 + slice.length ~/ _bytesPerSecond),
      limit: _answerBytes,
    );
    checkFile();
    return answer;
  } on UploadException {
    checkFile();
    rethrow;
  }
}

/// What the store said, as an error. Nothing of it is repeated but the code
/// that it names: the rest shows the request.
UploadException storeRefusal(Answer answer, {required bool isTransient}) {
  final String text = utf8.decode(answer.body, allowMalformed: true);
  final RegExpMatch? match =
      RegExp('<Code>([A-Za-z0-9]{1,64})</Code>').firstMatch(text);
  final String? named = match?.group(1);
  final String says = named == null ? '' : ' $named';
  return UploadException(
    UploadCode.storeRefused,
    'The store answered ${answer.status}$says',
    status: answer.status,
    retryAfter: answer.retryAfter,
    isTransient: isTransient,
  );
}

/// The store or the network failed: the same ticket may do later (409: two
/// requests at once for one key).
bool isPassing(int status) =>
    status == 408 || status == 409 || status == 429 || status >= 500;

/// The ticket expired, as stores say it; or something differs from what was
/// signed, which another ticket does not mend.
bool isRefused(int status) => status == 400 || status == 403;

/// Without the quotes of the header.
String? etagOf(Answer answer) => answer.headers['etag']?.replaceAll('"', '');
