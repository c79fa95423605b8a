import 'dart:convert';

import 'package:edge_presigner/edge_presigner.dart';
import 'package:test/test.dart';

import 'vectors.dart';
import 'fake_server.dart';

const UploadOptions _options =
    UploadOptions(policy: 'document', contentType: 'text/plain');

void main() {
  group('every problem that was recorded', () {
    for (final String name in sampleNames('problem-')) {
      test('is an exception with its code: $name', () async {
        final Sample sample = readSample(name);
        final ScriptedService service = ScriptedService(<Reply>[
          for (int i = 0; i < 5; i += 1) sample.reply,
        ]);
        await expectLater(
          service.open().transferPlan(_options, size: 5),
          throwsA(
            isA<UploadException>()
                .having(
                  (UploadException e) => e.code,
                  'code',
                  sample.body['code'],
                )
                .having(
                  (UploadException e) => e.status,
                  'status',
                  sample.status,
                )
                .having(
                  (UploadException e) => e.message,
                  'message',
                  sample.body['detail'],
                ),
          ),
        );
      });
    }
  });

  test('a limit is read from the problem', () async {
    final ScriptedService service =
        ScriptedService(<Reply>[readSample('problem-too-large').reply]);
    await expectLater(
      service.open().transferPlan(_options, size: 5),
      throwsA(
        isA<UploadException>()
            .having((UploadException e) => e.limit, 'limit', isNotNull)
            .having((UploadException e) => e.actual, 'actual', isNotNull),
      ),
    );
  });

  test('a ticket is sent as it was signed', () async {
    final Map<String, Object?> ticket = readSample('ticket').body;
    final ScriptedService service = ScriptedService(<Reply>[json(201, ticket)]);
    final TransferPlan plan = await service
        .open()
        .transferPlan(_options, size: intIn(ticket, 'contentLength'));
    expect(plan.key, ticket['key']);
    expect(plan.tasks.single.method, ticket['method']);
    // Dart normalises what it parses: that must not change what was signed.
    expect(plan.tasks.single.url.toString(), ticket['url']);
    expect(plan.tasks.single.headers, ticket['headers']);
  });

  test('a completed upload is read', () async {
    final Sample sample = readSample('completed');
    final ScriptedService service = ScriptedService(<Reply>[sample.reply]);
    final CompletedUpload upload = await service.open().complete('id');
    expect(upload.key, sample.body['key']);
    expect(upload.size, sample.body['size']);
    expect(upload.etag, sample.body['etag']);
    expect(upload.metadata, sample.body['metadata']);
    expect(upload.receipt, sample.body['receipt']);
    expect(service.lines, <String>['POST /v1/uploads/id/complete']);
    expect(service.seen.single.json, <String, Object?>{});
  });

  test('a ticket to read is read', () async {
    final Sample sample = readSample('download');
    final ScriptedService service = ScriptedService(<Reply>[sample.reply]);
    final DownloadTicket ticket =
        await service.open().download('documents/a.txt', policy: 'document');
    expect(ticket.url.toString(), sample.body['url']);
    expect(
      service.seen.single.json,
      <String, Object?>{'key': 'documents/a.txt', 'policy': 'document'},
    );
  });

  test('a page of records is read', () async {
    final Sample sample = readSample('list');
    final ScriptedService service = ScriptedService(<Reply>[sample.reply]);
    final UploadPage page = await service.open().list(status: 'completed');
    final List<Map<String, Object?>> records =
        objectsIn(sample.body, 'uploads');
    expect(page.uploads, hasLength(records.length));
    expect(page.uploads.first.status, records.first['status']);
    expect(page.cursor, isNull);
    expect(service.seen.single.url.query, 'status=completed');
  });

  test('what was deleted and aborted has no body', () async {
    final ScriptedService service = ScriptedService(<Reply>[
      readSample('removed').reply,
      readSample('aborted').reply,
    ]);
    final EdgePresigner presigner = service.open();
    await presigner.remove('documents/a.txt');
    await presigner.abort('id');
    expect(service.lines, <String>[
      'DELETE /v1/objects',
      'DELETE /v1/uploads/id',
    ]);
  });

  test('what is no answer of the service is unexpected', () async {
    final ScriptedService service =
        ScriptedService(<Reply>[store(200, body: '<html></html>')]);
    await expectLater(
      service.open().complete('id'),
      throwsA(
        isA<UploadException>().having(
          (UploadException e) => e.code,
          'code',
          UploadCode.unexpectedAnswer,
        ),
      ),
    );
  });

  test('a token that is refused is asked for once more', () async {
    final ScriptedService service = ScriptedService(<Reply>[
      readSample('problem-unauthenticated').reply,
      noContent(),
    ]);
    await service.open().remove('documents/a.txt');
    expect(service.seen.last.headers['authorization'], 'Bearer token-2');
    expect(utf8.decode(service.seen.last.body), '{"key":"documents/a.txt"}');
  });

  test('a wait that the service asks for is kept', () async {
    final ScriptedService service = ScriptedService(<Reply>[
      problem(429, UploadCode.rateLimited, <String, Object?>{'retryAfter': 7}),
      noContent(),
    ]);
    await service.open().abort('id');
    expect(
      service.waited.single,
      greaterThanOrEqualTo(const Duration(seconds: 7)),
    );
  });

  test('a wait of hours is left to the app', () async {
    final ScriptedService service = ScriptedService(<Reply>[
      problem(429, UploadCode.quotaExceeded, <String, Object?>{
        'retryAfter': 7200,
      }),
    ]);
    await expectLater(
      service.open().abort('id'),
      throwsA(
        isA<UploadException>().having(
          (UploadException e) => e.retryAfter,
          'retryAfter',
          const Duration(hours: 2),
        ),
      ),
    );
    expect(service.waited, isEmpty);
  });
}
