import 'dart:async';
import 'dart:io';
import 'dart:typed_data';

import 'package:cross_file/cross_file.dart';
import 'package:edge_presigner/background_downloader.dart';
import 'package:edge_presigner/edge_presigner.dart';
import 'package:edge_presigner/io.dart';
import 'package:edge_presigner/x_file.dart';
import 'package:test/test.dart';

import 'fake_server.dart';
import 'vectors.dart';

final Map<String, Object?> _ticket = readVector('ticket').body;
final Map<String, Object?> _completed = readVector('completed').body;
final int _size = intIn(_ticket, 'contentLength');

UploadFile _file(String name) =>
    UploadFile.bytes(Uint8List(_size), name: name, contentType: '');

List<Reply> _uploads(int count) => <Reply>[
      for (int i = 0; i < count; i += 1) ...<Reply>[
        json(201, _ticket),
        store(200, etag: 'abc'),
        json(200, _completed),
      ],
    ];

void main() {
  test('a task has its snapshots, and is awaited', () async {
    final FakeServer service = FakeServer(_uploads(1));
    final UploadTask task = service.open().upload(_file('a.txt'));
    final List<UploadSnapshot> seen = <UploadSnapshot>[];
    final Future<void> ended = task.snapshotEvents.forEach(seen.add);
    final CompletedUpload upload = await task;
    await ended;
    expect(seen.first.state, TaskState.running);
    expect(seen.last.state, TaskState.success);
    expect(seen.last.bytesTransferred, _size);
    expect(seen.last.progress, 1);
    expect(seen.last.upload, same(upload));
    expect(await task.snapshotEvents.toList(), hasLength(1));
    expect(await task.pause(), isFalse);
    expect(await task.cancel(), isFalse);
  });

  test('the type is that of the extension, and the name is composed', () async {
    final FakeServer service = FakeServer(_uploads(1));
    await service.open().upload(_file('e\u0301 \u1112\u1161\u11ab.HEIC'));
    expect(service.seen.first.json, <String, Object?>{
      'filename': '\u00e9 \ud55c.HEIC',
      'contentType': 'image/heic',
      'size': _size,
    });
  });

  test('a type is sent in lower case, without parameters', () async {
    final FakeServer service = FakeServer(_uploads(1));
    await service.open().uploadBytes(Uint8List(_size),
        const UploadOptions(contentType: 'Text/Plain; charset=utf-8'));
    expect(service.seen.first.json, <String, Object?>{
      'contentType': 'text/plain',
      'size': _size,
    });
  });

  test('a failure is a snapshot, and no unhandled error', () async {
    final FakeServer service =
        FakeServer(<Reply>[problem(403, UploadCode.forbidden)]);
    final UploadTask task = service.open().upload(_file('a.txt'));
    final UploadSnapshot last = await task.snapshotEvents.last;
    expect(last.state, TaskState.error);
    expect((last.error! as UploadException).code, UploadCode.forbidden);
  });

  test('a paused PUT stops, and begins again', () async {
    final FakeServer service = FakeServer(<Reply>[
      json(201, _ticket),
      store(200, etag: 'abc'),
      json(200, _completed),
    ]);
    int opened = 0;
    final Completer<void> reading = Completer<void>();
    Stream<List<int>> openRead(int start, int end) async* {
      opened += 1;
      if (opened == 1) {
        reading.complete();
        await Completer<void>().future;
      }
      yield Uint8List(end - start);
    }

    final UploadTask task = service
        .open()
        .upload(UploadFile(size: _size, openRead: openRead, name: 'a.txt'));
    await reading.future;
    expect(await task.pause(), isTrue);
    expect(task.snapshot.state, TaskState.paused);
    expect(task.snapshot.bytesTransferred, 0);
    expect(await task.resume(), isTrue);
    await task;
    expect(opened, 2);
  });

  test('cancelling a paused task deletes what it has', () async {
    final FakeServer service =
        FakeServer(<Reply>[json(201, _ticket), noContent()]);
    final Completer<void> reading = Completer<void>();
    Stream<List<int>> openRead(int start, int end) async* {
      reading.complete();
      await Completer<void>().future;
    }

    final UploadTask task = service
        .open()
        .upload(UploadFile(size: _size, openRead: openRead, name: 'a.txt'));
    await reading.future;
    await task.pause();
    expect(await task.cancel(), isTrue);
    expect(task.snapshot.state, TaskState.canceled);
    expect(service.lines.last, startsWith('DELETE /v1/uploads/'));
  });

  group('a queue', () {
    test('requests a ticket only when a file can be sent', () async {
      final FakeServer service = FakeServer(_uploads(3));
      final UploadQueue queue = service.open().queue(concurrency: 1);
      for (int i = 0; i < 3; i += 1) {
        queue.add(_file('$i.txt'));
      }
      expect(queue.tasks.last.snapshot.state, TaskState.queued);
      await queue.idle;
      expect(service.lines, hasLength(9));
      expect(
        service.lines.where((String line) => line == 'POST /v1/uploads'),
        hasLength(3),
      );
      expect(service.lines[3], 'POST /v1/uploads');
      expect(queue.snapshot.succeeded, 3);
      expect(queue.snapshot.bytesTransferred, 3 * _size);
    });

    test('goes on after a failure, and tries again', () async {
      final FakeServer service = FakeServer(<Reply>[
        problem(403, UploadCode.forbidden),
        ..._uploads(2),
      ]);
      final UploadQueue queue = service.open().queue(concurrency: 1);
      queue.add(_file('a.txt'));
      queue.add(_file('b.txt'));
      await queue.idle;
      expect(queue.snapshot.failed, 1);
      expect(queue.snapshot.succeeded, 1);
      expect(queue.retryFailed(), hasLength(1));
      await queue.idle;
      expect(queue.snapshot.failed, 0);
      expect(queue.snapshot.succeeded, 2);
      queue.removeFinished();
      expect(queue.tasks, isEmpty);
    });

    test('starts nothing while it is paused, and cancels what waits', () async {
      final FakeServer service = FakeServer(_uploads(1));
      final UploadQueue queue = service.open().queue();
      await queue.pause();
      final UploadTask first = queue.add(_file('a.txt'));
      final UploadTask second = queue.add(_file('b.txt'));
      expect(await second.cancel(), isTrue);
      expect(service.lines, isEmpty);
      await queue.resume();
      await first;
      expect(queue.snapshot.files, 1);
    });
  });

  test('a File and an XFile give their size, name and bytes', () async {
    final Directory folder = Directory.systemTemp.createTempSync();
    final File file = File('${folder.path}/a.txt')..writeAsStringSync('hello');
    final XFile picked = XFile(file.path, mimeType: 'text/plain');
    for (final UploadFile one in <UploadFile>[
      await file.toUploadFile(),
      await picked.toUploadFile(),
    ]) {
      expect(one.size, 5);
      expect(one.name, 'a.txt');
      expect(await one.openRead(1, 3).expand((List<int> b) => b).toList(),
          'el'.codeUnits);
    }
    folder.deleteSync(recursive: true);
  });

  test('a task of a plan has what background_downloader needs', () async {
    final FakeServer service = FakeServer(<Reply>[json(201, _ticket)]);
    final TransferPlan plan =
        await service.open().transferPlan(const UploadOptions(), size: _size);
    final TransferTask task = plan.tasks.single;
    expect(task.backgroundMimeType, task.headers['content-type']);
    expect(task.backgroundHeaders, <String, String>{
      ...<String, String>{...task.headers}..remove('content-type'),
      'Content-Disposition': '',
      'Range': 'bytes=0-${_size - 1}',
    });
  });
}
