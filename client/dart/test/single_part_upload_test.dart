import 'dart:async';
import 'dart:convert';
import 'dart:typed_data';

import 'package:edge_presigner/edge_presigner.dart';
import 'package:test/test.dart';

import 'vectors.dart';
import 'fake_server.dart';

const UploadOptions _options =
    UploadOptions(policy: 'document', contentType: 'text/plain');

final Map<String, Object?> _ticket = readVector('ticket').body;
final Map<String, Object?> _completed = readVector('completed').body;
final Uint8List _bytes = Uint8List.fromList(utf8.encode('hello'));
final String _id = _ticket['id'].toString();

Matcher _throwsCode(String code) => throwsA(
      isA<UploadException>()
          .having((UploadException e) => e.code, 'code', code),
    );

void main() {
  test('the bytes are sent with the headers of the ticket and no others',
      () async {
    final FakeServer service = FakeServer(<Reply>[
      json(201, _ticket),
      store(200, etag: 'abc'),
      json(200, _completed),
    ]);
    final List<int> progress = <int>[];
    final CompletedUpload upload = await service.open().uploadBytes(
      _bytes,
      _options,
      onProgress: (int sentBytes, int totalBytes) {
        progress.add(sentBytes);
        expect(totalBytes, _bytes.length);
      },
    );
    expect(upload.key, _completed['key']);
    final Seen put = service.seen[1];
    expect(put.method, 'PUT');
    expect(put.url.toString(), _ticket['url']);
    expect(put.headers, _ticket['headers']);
    expect(put.length, _bytes.length);
    expect(put.body, _bytes);
    expect(progress.last, _bytes.length);
    expect(service.seen[2].json, <String, Object?>{'etag': 'abc'});
  });

  test('an upload whose file is checked for long is asked for again', () async {
    final FakeServer service = FakeServer(<Reply>[
      json(201, _ticket),
      store(200, etag: 'abc'),
      readVector('completed-later').reply,
      json(200, _completed),
    ]);
    final CompletedUpload upload =
        await service.open().uploadBytes(_bytes, _options);
    expect(upload.key, _completed['key']);
    expect(service.waited, <Duration>[const Duration(seconds: 16)]);
    expect(service.seen.last.json, <String, Object?>{'etag': 'abc'});
  });

  test('a file that is checked for too long is left to the service', () async {
    final FakeServer service = FakeServer(<Reply>[
      json(201, _ticket),
      store(200, etag: 'abc'),
      for (int i = 0; i < 21; i += 1) readVector('completed-later').reply,
    ]);
    await expectLater(
      service.open().uploadBytes(_bytes, _options),
      _throwsCode(UploadCode.stillPending),
    );
    expect(service.waited, hasLength(20));
    expect(service.lines.last, startsWith('POST '));
  });

  test('the request has its exact content type, without a charset', () async {
    final FakeServer service =
        FakeServer(<Reply>[problem(403, UploadCode.forbidden)]);
    await expectLater(
      service.open().uploadBytes(_bytes, _options),
      _throwsCode(UploadCode.forbidden),
    );
    expect(service.seen.single.headers, <String, Object>{
      'authorization': 'Bearer token-1',
      'content-type': 'application/json',
      'idempotency-key': isNotEmpty,
    });
    expect(service.seen.single.json, <String, Object?>{
      'policy': 'document',
      'contentType': 'text/plain',
      'size': _bytes.length,
    });
  });

  test('the same ticket is sent again after the store failed', () async {
    final FakeServer service = FakeServer(<Reply>[
      json(201, _ticket),
      store(503),
      broken(),
      store(200, etag: 'abc'),
      json(200, _completed),
    ]);
    await service.open().uploadBytes(_bytes, _options);
    expect(service.waited, hasLength(2));
    expect(service.seen[3].url, service.seen[1].url);
    expect(service.seen[3].body, _bytes);
  });

  test('the upload fails after five tries', () async {
    final FakeServer service = FakeServer(<Reply>[
      json(201, _ticket),
      for (int i = 0; i < 5; i += 1) broken(),
    ]);
    await expectLater(
      service.open().uploadBytes(_bytes, _options),
      throwsA(
        isA<UploadException>()
            .having((UploadException e) => e.code, 'code', UploadCode.network)
            .having((UploadException e) => e.wasRetried, 'wasRetried', isTrue),
      ),
    );
    expect(service.waited, hasLength(4));
  });

  test('412 after a lost answer means that the file is stored', () async {
    final FakeServer service = FakeServer(<Reply>[
      json(201, _ticket),
      broken(),
      readVector('store-taken').reply,
      json(200, _completed),
    ]);
    final CompletedUpload upload =
        await service.open().uploadBytes(_bytes, _options);
    expect(upload.id, _completed['id']);
    expect(service.waited, hasLength(1));
  });

  test('412 to the first PUT means that another object exists', () async {
    final FakeServer service = FakeServer(<Reply>[
      json(201, _ticket),
      readVector('store-taken').reply,
    ]);
    await expectLater(
      service.open().uploadBytes(_bytes, _options),
      _throwsCode(UploadCode.alreadyExists),
    );
  });

  test('a ticket that expired is replaced once', () async {
    final Reply expired = readVector('store-expired').reply;
    final FakeServer service = FakeServer(<Reply>[
      json(201, _ticket),
      expired,
      noContent(),
      json(201, _ticket),
      expired,
    ]);
    await expectLater(
      service.open().uploadBytes(_bytes, _options),
      throwsA(
        isA<UploadException>()
            .having(
              (UploadException e) => e.code,
              'code',
              UploadCode.storeRefused,
            )
            .having(
              (UploadException e) => e.message,
              'message',
              contains('ExpiredRequest'),
            ),
      ),
    );
    expect(service.lines[2], 'DELETE /v1/uploads/$_id');
  });

  test('a ticket that has expired is not sent', () async {
    final FakeServer service = FakeServer(<Reply>[
      json(201, _ticket),
      store(503),
      // The first PUT stored nothing, so another ticket is requested.
      readVector('problem-verification-pending').reply,
      noContent(),
      json(201, _ticket),
      store(200, etag: 'abc'),
      json(200, _completed),
    ]);
    final EdgePresigner presigner = service.open();
    int sends = 0;
    Stream<List<int>> openRead(int start, int end) {
      sends += 1;
      if (sends == 1) service.now = service.now.add(const Duration(hours: 1));
      return Stream<List<int>>.value(
        Uint8List.sublistView(_bytes, start, end),
      );
    }

    await presigner.uploadStream(openRead, _options, size: _bytes.length);
    expect(service.lines[2], 'POST /v1/uploads/$_id/complete');
    expect(service.lines[3], 'DELETE /v1/uploads/$_id');
    expect(sends, 2);
  });

  test('a file of another length is refused', () async {
    final FakeServer service = FakeServer(<Reply>[
      json(201, _ticket),
      store(200),
    ]);
    await expectLater(
      service.open().uploadStream(
            (int start, int end) =>
                Stream<List<int>>.value(utf8.encode('shorter, or longer')),
            _options,
            size: _bytes.length,
          ),
      _throwsCode(UploadCode.fileUnreadable),
    );
  });

  test('cancelling leaves nothing behind', () async {
    final Completer<void> cancelled = Completer<void>();
    final FakeServer service = FakeServer(<Reply>[
      json(201, _ticket),
      (Seen request) {
        cancelled.complete();
        return store(503)(request);
      },
      noContent(),
    ]);
    await expectLater(
      service.open().uploadBytes(
            _bytes,
            _options,
            cancelled: cancelled.future,
          ),
      _throwsCode(UploadCode.cancelled),
    );
    expect(service.lines.last, 'DELETE /v1/uploads/$_id');
  });
}
