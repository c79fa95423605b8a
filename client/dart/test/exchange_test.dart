import 'dart:typed_data';

import 'package:edge_presigner/edge_presigner.dart';
import 'package:test/test.dart';

import 'vectors.dart';
import 'fake_server.dart';

/// The headers that `dart:io` adds to each request.
const Set<String> _added = <String>{
  'user-agent',
  'accept-encoding',
  'content-length',
  'host',
};

/// The requests in `dart/exchange.json` are replayed against the service and
/// its store. These tests check that the client really sends them.
void main() {
  final Map<String, Object?> exchange = readData('dart/exchange.json');

  void expectSame(Seen seen, Map<String, Object?> expected) {
    expect(seen.method, expected['method']);
    final Set<String> names = <String>{
      for (final Object? header in expected['headers']! as List<Object?>)
        (header! as List<Object?>).first.toString(),
    };
    expect(seen.headers.keys.toSet(), names.difference(_added));
    expect(names, contains('content-length'));
    expect(seen.length, isNotNull);
  }

  test('one PUT', () async {
    // The ticket of a policy without metadata.
    final Map<String, Object?> ticket = readVector('ticket-with-quota').body;
    final FakeServer service = FakeServer(<Reply>[
      json(201, ticket),
      readVector('store-stored').reply,
      readVector('completed').reply,
    ]);
    await service.open().uploadBytes(
          Uint8List(intIn(ticket, 'contentLength')),
          const UploadOptions(policy: 'once', contentType: 'text/plain'),
        );
    expectSame(service.seen[0], objectIn(exchange, 'begin'));
    expectSame(service.seen[1], objectIn(exchange, 'put'));
    expectSame(service.seen[2], objectIn(exchange, 'complete'));
  });

  test('a plan', () async {
    final FakeServer service =
        FakeServer(<Reply>[readVector('ticket-with-quota').reply]);
    await service.open().transferPlan(
          const UploadOptions(policy: 'once', contentType: 'text/plain'),
          size: 5,
        );
    expectSame(service.seen.single, objectIn(exchange, 'plan'));
  });

  test('a part', () async {
    final Map<String, Object?> granted = readVector('ticket-in-parts').body;
    final Map<String, Object?> multipart = objectIn(granted, 'multipart');
    final List<Map<String, Object?>> tickets = objectsIn(multipart, 'parts');
    final int size = tickets.fold<int>(
      0,
      (int sum, Map<String, Object?> part) =>
          sum + intIn(part, 'contentLength'),
    );
    final FakeServer service = FakeServer(<Reply>[
      json(201, granted),
      for (int i = 0; i < tickets.length; i += 1) store(200, etag: 'abc'),
      readVector('completed-in-parts').reply,
    ]);
    await service.open().uploadBytes(
          Uint8List(size),
          const UploadOptions(policy: 'clip', contentType: 'video/mp4'),
        );
    expectSame(service.seen[0], objectIn(exchange, 'begin'));
    expectSame(service.seen[1], objectIn(exchange, 'part'));
    expectSame(service.seen.last, objectIn(exchange, 'completeParts'));
  });
}
