import 'dart:math';
import 'dart:typed_data';

import 'package:edge_presigner/edge_presigner.dart';
import 'package:edge_presigner/src/idempotency_key.dart';
import 'package:test/test.dart';

import 'fake_server.dart';
import 'vectors.dart';

const UploadOptions _options =
    UploadOptions(policy: 'document', contentType: 'text/plain');

final Map<String, Object?> _ticket = readVector('ticket').body;
final Uint8List _bytes = Uint8List(intIn(_ticket, 'contentLength'));

/// A UUID of version 4 (RFC 9562), in quotes.
final Matcher _isKey = matches(RegExp(
    r'^"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"$'));

List<Reply> _stored() => <Reply>[
      json(201, _ticket),
      store(200, etag: 'abc'),
      readVector('completed').reply,
    ];

/// The key of each request for a ticket.
List<String?> _keysOf(FakeServer service) => <String?>[
      for (final Seen request in service.seen)
        if (request.url.path == '/v1/uploads')
          request.headers['idempotency-key'],
    ];

/// Gives the same number each time.
class _Constant implements Random {
  const _Constant(this._byte);

  final int _byte;

  @override
  int nextInt(int max) => _byte % max;

  @override
  bool nextBool() => throw UnsupportedError('nextBool');

  @override
  double nextDouble() => throw UnsupportedError('nextDouble');
}

void main() {
  group('the Idempotency-Key', () {
    test('is a random UUID in quotes', () {
      expect(createIdempotencyKey(const _Constant(0)),
          '"00000000-0000-4000-8000-000000000000"');
      expect(createIdempotencyKey(const _Constant(255)),
          '"ffffffff-ffff-4fff-bfff-ffffffffffff"');
    });

    test('is the same when a request is sent again', () async {
      final FakeServer service = FakeServer(<Reply>[
        broken(),
        problem(503, UploadCode.ledgerUnavailable),
        ..._stored(),
      ]);
      await service.open().uploadBytes(_bytes, _options);
      final List<String?> keys = _keysOf(service);
      expect(keys, hasLength(3));
      expect(keys.first, _isKey);
      expect(keys.toSet(), hasLength(1));
    });

    test('is the same with another token', () async {
      final FakeServer service = FakeServer(<Reply>[
        readVector('problem-unauthenticated').reply,
        ..._stored(),
      ]);
      await service.open().uploadBytes(_bytes, _options);
      expect(service.seen[1].headers['authorization'], 'Bearer token-2');
      final List<String?> keys = _keysOf(service);
      expect(keys, hasLength(2));
      expect(keys.first, _isKey);
      expect(keys.last, keys.first);
    });

    test('is another one for each upload, whatever the random numbers are',
        () async {
      final FakeServer first = FakeServer(<Reply>[..._stored(), ..._stored()]);
      final FakeServer second = FakeServer(_stored());
      final EdgePresigner presigner = first.open();
      await presigner.uploadBytes(_bytes, _options);
      await presigner.uploadBytes(_bytes, _options);
      await second.open().uploadBytes(_bytes, _options);
      final List<String?> keys = <String?>[
        ..._keysOf(first),
        ..._keysOf(second),
      ];
      expect(keys, everyElement(_isKey));
      expect(keys.toSet(), hasLength(3));
    });

    test('is another one for the ticket that replaces an expired one',
        () async {
      final FakeServer service = FakeServer(<Reply>[
        json(201, _ticket),
        readVector('store-expired').reply,
        noContent(),
        ..._stored(),
      ]);
      await service.open().uploadBytes(_bytes, _options);
      expect(_keysOf(service), hasLength(2));
      expect(_keysOf(service).toSet(), hasLength(2));
    });

    test('is another one after the tickets of a lost answer have expired',
        () async {
      final FakeServer service = FakeServer(<Reply>[
        broken(),
        readVector('problem-upload-expired').reply,
        ..._stored(),
      ]);
      await service.open().uploadBytes(_bytes, _options);
      final List<String?> keys = _keysOf(service);
      expect(keys, hasLength(3));
      expect(keys[1], keys[0]);
      expect(keys[2], isNot(keys[0]));
    });

    test('is not sent where nothing is created, nor to the store', () async {
      final FakeServer service = FakeServer(_stored());
      await service.open().uploadBytes(_bytes, _options);
      for (final Seen request in service.seen.skip(1)) {
        expect(request.headers, isNot(contains('idempotency-key')));
      }
      expect(service.seen, hasLength(3));
    });

    test('is sent for a background upload', () async {
      final FakeServer service = FakeServer(<Reply>[json(201, _ticket)]);
      await service.open().transferPlan(_options, size: _bytes.length);
      expect(_keysOf(service).single, _isKey);
    });
  });
}
