import 'dart:convert';

import 'package:edge_presigner/edge_presigner.dart';
import 'package:test/test.dart';

import 'vectors.dart';
import 'fake_server.dart';

const UploadOptions _options =
    UploadOptions(policy: 'document', contentType: 'text/plain');

void main() {
  group('every problem that was recorded', () {
    for (final String name in vectorNames('problem-')) {
      test('becomes an exception with its code: $name', () async {
        final Vector vector = readVector(name);
        final FakeServer service = FakeServer(<Reply>[
          for (int i = 0; i < 5; i += 1) vector.reply,
        ]);
        await expectLater(
          service.open().transferPlan(_options, size: 5),
          throwsA(
            isA<UploadException>()
                .having(
                  (UploadException e) => e.code,
                  'code',
                  vector.body['code'],
                )
                .having(
                  (UploadException e) => e.status,
                  'status',
                  vector.status,
                )
                .having(
                  (UploadException e) => e.message,
                  'message',
                  vector.body['detail'],
                ),
          ),
        );
      });
    }
  });

  test('has the limit of the problem', () async {
    final FakeServer service =
        FakeServer(<Reply>[readVector('problem-too-large').reply]);
    await expectLater(
      service.open().transferPlan(_options, size: 5),
      throwsA(
        isA<UploadException>()
            .having((UploadException e) => e.limit, 'limit', isNotNull)
            .having((UploadException e) => e.actual, 'actual', isNotNull),
      ),
    );
  });

  test('a ticket is not changed', () async {
    final Map<String, Object?> ticket = readVector('ticket').body;
    final FakeServer service = FakeServer(<Reply>[json(201, ticket)]);
    final TransferPlan plan = await service
        .open()
        .transferPlan(_options, size: intIn(ticket, 'contentLength'));
    expect(plan.key, ticket['key']);
    expect(plan.tasks.single.method, ticket['method']);
    // Dart normalises URLs: that must not change the signed one.
    expect(plan.tasks.single.url.toString(), ticket['url']);
    expect(plan.tasks.single.headers, ticket['headers']);
  });

  test('a completed upload is read', () async {
    final Vector vector = readVector('completed');
    final FakeServer service = FakeServer(<Reply>[vector.reply]);
    final CompletedUpload upload = await service.open().complete('id');
    expect(upload.key, vector.body['key']);
    expect(upload.size, vector.body['size']);
    expect(upload.etag, vector.body['etag']);
    expect(upload.metadata, vector.body['metadata']);
    expect(upload.receipt, vector.body['receipt']);
    expect(service.lines, <String>['POST /v1/uploads/id/complete']);
    expect(service.seen.single.json, <String, Object?>{});
  });

  test('a download ticket is read', () async {
    final Vector vector = readVector('download');
    final FakeServer service = FakeServer(<Reply>[vector.reply]);
    final DownloadTicket ticket =
        await service.open().download('documents/a.txt', policy: 'document');
    expect(ticket.url.toString(), vector.body['url']);
    expect(
      service.seen.single.json,
      <String, Object?>{'key': 'documents/a.txt', 'policy': 'document'},
    );
  });

  test('a page of records is read', () async {
    final Vector vector = readVector('list');
    final FakeServer service = FakeServer(<Reply>[vector.reply]);
    final UploadPage page = await service.open().list(status: 'completed');
    final List<Map<String, Object?>> records =
        objectsIn(vector.body, 'uploads');
    expect(page.uploads, hasLength(records.length));
    expect(page.uploads.first.status, records.first['status']);
    expect(page.cursor, isNull);
    expect(service.seen.single.url.query, 'status=completed');
  });

  test('remove and abort expect no body', () async {
    final FakeServer service = FakeServer(<Reply>[
      readVector('removed').reply,
      readVector('aborted').reply,
    ]);
    final EdgePresigner presigner = service.open();
    await presigner.remove('documents/a.txt');
    await presigner.abort('id');
    expect(service.lines, <String>[
      'DELETE /v1/objects',
      'DELETE /v1/uploads/id',
    ]);
  });

  test('an answer that is not from the service is unexpected', () async {
    final FakeServer service =
        FakeServer(<Reply>[store(200, body: '<html></html>')]);
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
    final FakeServer service = FakeServer(<Reply>[
      readVector('problem-unauthenticated').reply,
      noContent(),
    ]);
    await service.open().remove('documents/a.txt');
    expect(service.seen.last.headers['authorization'], 'Bearer token-2');
    expect(utf8.decode(service.seen.last.body), '{"key":"documents/a.txt"}');
  });

  test('a retry waits for Retry-After', () async {
    final FakeServer service = FakeServer(<Reply>[
      problem(429, UploadCode.rateLimited, <String, Object?>{'retryAfter': 7}),
      noContent(),
    ]);
    await service.open().abort('id');
    expect(
      service.waited.single,
      greaterThanOrEqualTo(const Duration(seconds: 7)),
    );
  });

  test('a Retry-After of hours is left to the app', () async {
    final FakeServer service = FakeServer(<Reply>[
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
