import 'dart:convert';

import 'package:edge_presigner/edge_presigner.dart';
import 'package:test/test.dart';

import 'vectors.dart';
import 'fake_server.dart';

const UploadOptions _options =
    UploadOptions(policy: 'video', contentType: 'video/mp4');

void main() {
  final Map<String, Object?> created = readVector('ticket-in-parts').body;
  final Map<String, Object?> multipart = objectIn(created, 'multipart');
  final List<Map<String, Object?>> tickets = objectsIn(multipart, 'parts');
  final int size = tickets.fold<int>(
    0,
    (int sum, Map<String, Object?> part) => sum + intIn(part, 'contentLength'),
  );

  test('has a task for each part, and they make up the file', () async {
    final FakeServer service = FakeServer(<Reply>[json(201, created)]);
    final TransferPlan plan =
        await service.open().transferPlan(_options, size: size);
    expect(plan.tasks, hasLength(tickets.length));
    int offset = 0;
    for (final TransferTask task in plan.tasks) {
      expect(task.start, offset);
      offset = task.end;
    }
    expect(offset, size);
    expect(service.seen.single.json, <String, Object?>{
      'policy': 'video',
      'contentType': 'video/mp4',
      'size': size,
      'background': true,
    });
  });

  test('requests the tickets that were not in the first answer', () async {
    final FakeServer service = FakeServer(<Reply>[
      json(201, <String, Object?>{
        ...created,
        'multipart': <String, Object?>{
          ...multipart,
          'parts': <Object?>[tickets.first],
        },
      }),
      json(200, <String, Object?>{'parts': tickets.sublist(1)}),
    ]);
    final TransferPlan plan =
        await service.open().transferPlan(_options, size: size);
    expect(plan.tasks, hasLength(tickets.length));
    expect(service.seen.last.json, <String, Object?>{
      'partNumbers': <int>[
        for (int part = 2; part <= tickets.length; part += 1) part,
      ],
      'background': true,
    });
  });

  test('is the same after it was saved', () async {
    final FakeServer service = FakeServer(<Reply>[json(201, created)]);
    final TransferPlan plan =
        await service.open().transferPlan(_options, size: size);
    final Object? kept = jsonDecode(jsonEncode(plan.toJson()));
    final TransferPlan read =
        TransferPlan.fromJson(kept! as Map<String, Object?>);
    expect(jsonEncode(read.toJson()), jsonEncode(plan.toJson()));
  });

  test('fails if the policy has no background tickets', () async {
    final FakeServer service = FakeServer(<Reply>[
      readVector('problem-invalid-request').reply,
    ]);
    await expectLater(
      service.open().transferPlan(_options, size: size),
      throwsA(isA<UploadException>()),
    );
  });
}
