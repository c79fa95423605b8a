import 'dart:convert';

import 'package:http/http.dart' as http;

import 'read_bytes.dart';
import 'send.dart';
import 'stop_signal.dart';
import 'ticket.dart';
import 'upload_exception.dart';

const int _answerBytes = 256 * 1024;

/// The time limit allows for a connection that is at least this fast.
const int _minBytesPerSecond = 8192;

/// Sends the slice with the ticket. Returns the store's answer, even if it is
/// an error. Throws `network`, `cancelled` or `file-unreadable`.
Future<Answer> putTicket(
  http.Client client,
  Ticket ticket,
  FileSlice slice, {
  required StopSignal stop,
  required void Function(int sentBytes) onSent,
}) async {
  UploadException? unreadable;
  final Stream<List<int>> body = withProgress(
    slice,
    onSent: onSent,
    onFailure: (UploadException failure) => unreadable = failure,
  );
  // The HTTP client may wrap or swallow the error of the body.
  void checkFile() {
    final UploadException? failure = unreadable;
    if (failure != null) throw failure;
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
      timeout: Duration(seconds: 60 + slice.length ~/ _minBytesPerSecond),
      limit: _answerBytes,
    );
    checkFile();
    return answer;
  } on UploadException {
    checkFile();
    rethrow;
  }
}

/// Returns the store's answer as an error. Only its code is repeated: the rest
/// shows the request.
UploadException storeError(Answer answer, {required bool isTransient}) {
  final String text = utf8.decode(answer.body, allowMalformed: true);
  final RegExpMatch? match =
      RegExp('<Code>([A-Za-z0-9]{1,64})</Code>').firstMatch(text);
  final String? storeCode = match?.group(1);
  final String suffix = storeCode == null ? '' : ' $storeCode';
  return UploadException(
    UploadCode.storeRefused,
    'The store answered ${answer.status}$suffix',
    status: answer.status,
    retryAfter: answer.retryAfter,
    isTransient: isTransient,
  );
}

/// Whether the same ticket may work later (409: two requests for one key at
/// once).
bool isTransientStatus(int status) =>
    status == 408 || status == 409 || status == 429 || status >= 500;

/// Whether the store refused the ticket. A new one helps if it expired, and
/// does not help if the request differs from what was signed.
bool isTicketRefused(int status) => status == 400 || status == 403;

/// Whether so much was sent that a pause lets it finish.
bool isMostlySent(int? sentBytes, int length) =>
    (sentBytes ?? 0) * 4 >= length * 3;

/// Returns the ETag without its quotes.
String? etagOf(Answer answer) => answer.headers['etag']?.replaceAll('"', '');
