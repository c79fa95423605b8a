import 'dart:convert';

import 'package:edge_presigner/edge_presigner.dart';
import 'package:test/test.dart';

import 'vectors.dart';
import 'fake_server.dart';

const UploadOptions _options =
    UploadOptions(policy: 'video', contentType: 'video/mp4');

void main() {
  final Map<String, Object?> granted = readSample('ticket-in-parts').body;
  final Map<String, Object?> multipart = objectIn(granted, 'multipart');
  final List<Map<String, Object?>> tickets = objectsIn(multipart, 'parts');
  final int size = tickets.fold<int>(
    0,
    (int sum, Map<String, Object?> part) => sum + intIn(part, 'contentLength'),
  );

  test('has a task for each part, and they make up the file', () async {
    final ScriptedService service =
        ScriptedService(<Reply>[json(201, granted)]);
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

  test('asks for the tickets that did not come at once', () async {
    final ScriptedService service = ScriptedService(<Reply>[
      json(201, <String, Object?>{
        ...granted,
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

  test('is the same after it was kept', () async {
    final ScriptedService service =
        ScriptedService(<Reply>[json(201, granted)]);
    final TransferPlan plan =
        await service.open().transferPlan(_options, size: size);
    final Object? kept = jsonDecode(jsonEncode(plan.toJson()));
    final TransferPlan read =
        TransferPlan.fromJson(kept! as Map<String, Object?>);
    expect(jsonEncode(read.toJson()), jsonEncode(plan.toJson()));
  });

  test('is refused where the policy has no tickets for the background',
      () async {
    final ScriptedService service = ScriptedService(<Reply>[
      readSample('problem-invalid-request').reply,
    ]);
    await expectLater(
      service.open().transferPlan(_options, size: size),
      throwsA(isA<UploadException>()),
    );
  });
}
