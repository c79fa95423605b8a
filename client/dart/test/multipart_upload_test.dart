import 'dart:convert';
import 'dart:math';
import 'dart:typed_data';

import 'package:edge_presigner/edge_presigner.dart';
import 'package:http/http.dart' as http;
import 'package:test/test.dart';

import 'vectors.dart';
import 'fake_server.dart';

/// The recorded upload: its two parts, and a file of their length.
final Map<String, Object?> _created = readVector('ticket-in-parts').body;
final Map<String, Object?> _multipart = objectIn(_created, 'multipart');
final List<Map<String, Object?>> _tickets = objectsIn(_multipart, 'parts');
final int _partSize = intIn(_multipart, 'partSize');
final int _partCount = intIn(_multipart, 'partCount');
final int _size = _tickets.fold<int>(
  0,
  (int sum, Map<String, Object?> part) => sum + intIn(part, 'contentLength'),
);
final String _id = _created['id'].toString();

const UploadOptions _options = UploadOptions(
  policy: 'clip',
  contentType: 'video/mp4',
  resumeKey: 'clip.mp4',
  concurrency: 1,
);

Stream<List<int>> _openRead(int start, int end) =>
    Stream<List<int>>.value(Uint8List(end - start));

/// Answers to a part with an ETag that has its number.
http.Response _stored(Seen request) {
  final String? partNumber = request.url.queryParameters['partNumber'];
  return store(200, etag: 'etag-$partNumber')(request);
}

Map<String, Object?> _progress({required bool isListed, List<int>? done}) =>
    <String, Object?>{
      ...readVector('parts-state').body,
      'partsListed': isListed,
      'done': <Object?>[
        for (final int partNumber in done ?? <int>[])
          <String, Object?>{'partNumber': partNumber, 'etag': 'e$partNumber'},
      ],
    };

Map<String, Object?> _signed(List<int> partNumbers) => <String, Object?>{
      'parts': <Object?>[
        for (final int partNumber in partNumbers) _tickets[partNumber - 1],
      ],
    };

void main() {
  test('each part is sent exactly as signed, with its length', () async {
    final FakeServer service = FakeServer(<Reply>[
      json(201, _created),
      for (int i = 0; i < _partCount; i += 1) _stored,
      readVector('completed-in-parts').reply,
    ]);
    final List<int> progress = <int>[];
    await service.open().uploadStream(
          _openRead,
          _options,
          size: _size,
          onProgress: (int sentBytes, int totalBytes) =>
              progress.add(sentBytes),
        );
    for (int i = 0; i < _partCount; i += 1) {
      final Seen put = service.seen[i + 1];
      expect(put.url.toString(), _tickets[i]['url']);
      expect(put.headers, _tickets[i]['headers']);
      expect(put.length, _tickets[i]['contentLength']);
    }
    expect(progress.last, _size);
    expect(service.seen.last.json, <String, Object?>{
      'parts': <Object?>[
        for (int partNumber = 1; partNumber <= _partCount; partNumber += 1)
          <String, Object?>{
            'partNumber': partNumber,
            'etag': 'etag-$partNumber',
          },
      ],
    });
    expect(await service.resumeStorage.read('clip.mp4'), isNull);
  });

  test('no more parts than the concurrency are sent at once', () async {
    int open = 0;
    int most = 0;
    Stream<List<int>> openRead(int start, int end) async* {
      open += 1;
      most = max(most, open);
      await Future<void>.delayed(Duration.zero);
      yield Uint8List(end - start);
      open -= 1;
    }

    final FakeServer service = FakeServer(<Reply>[
      json(201, _created),
      for (int i = 0; i < _partCount; i += 1) _stored,
      readVector('completed-in-parts').reply,
    ]);
    await service.open().uploadStream(
          openRead,
          const UploadOptions(contentType: 'video/mp4', concurrency: 1),
          size: _size,
        );
    expect(most, 1);
  });

  test('an upload continues from the parts that the store lists', () async {
    final FakeServer service = FakeServer(<Reply>[
      json(200, _progress(isListed: true, done: <int>[1])),
      json(200, _signed(<int>[2])),
      for (int i = 1; i < _partCount; i += 1) _stored,
      readVector('completed-in-parts').reply,
    ]);
    await service.resumeStorage
        .write('clip.mp4', jsonEncode(_state().toJson()));
    final List<int> progress = <int>[];
    await service.open().uploadStream(
          _openRead,
          _options,
          size: _size,
          onProgress: (int sentBytes, int totalBytes) =>
              progress.add(sentBytes),
        );
    expect(progress.first, _partSize);
    expect(progress.last, _size);
    expect(service.seen[1].json, <String, Object?>{
      'partNumbers': <int>[2],
    });
  });

  test('an upload continues from the saved ETags without a list', () async {
    final FakeServer service = FakeServer(<Reply>[
      json(200, _progress(isListed: false)),
      json(200, _signed(<int>[2])),
      for (int i = 1; i < _partCount; i += 1) _stored,
      readVector('completed-in-parts').reply,
    ]);
    final UploadState state = _state(etags: <int, String>{1: 'saved'});
    await service.resumeStorage.write('clip.mp4', jsonEncode(state.toJson()));
    await service.open().uploadStream(_openRead, _options, size: _size);
    final Object? body = service.seen.last.json;
    expect(jsonEncode(body), contains('"saved"'));
  });

  test('an upload that expired starts again', () async {
    final FakeServer service = FakeServer(<Reply>[
      readVector('problem-upload-expired').reply,
      readVector('problem-upload-expired').reply,
      json(201, _created),
      for (int i = 0; i < _partCount; i += 1) _stored,
      readVector('completed-in-parts').reply,
    ]);
    await service.resumeStorage
        .write('clip.mp4', jsonEncode(_state().toJson()));
    await service.open().uploadStream(_openRead, _options, size: _size);
    expect(service.lines.take(3), <String>[
      'GET /v1/uploads/$_id/parts',
      'POST /v1/uploads/$_id/complete',
      'POST /v1/uploads',
    ]);
  });

  test('a revoked upload starts again, and ends if the token is revoked too',
      () async {
    final FakeServer service = FakeServer(<Reply>[
      readVector('problem-revoked').reply,
      readVector('problem-revoked').reply,
    ]);
    await service.resumeStorage
        .write('clip.mp4', jsonEncode(_state().toJson()));
    await expectLater(
      service.open().uploadStream(_openRead, _options, size: _size),
      throwsA(isA<UploadException>()
          .having((UploadException error) => error.code, 'code', 'revoked')),
    );
    expect(service.lines, <String>[
      'GET /v1/uploads/$_id/parts',
      'POST /v1/uploads',
    ]);
    expect(await service.resumeStorage.read('clip.mp4'), isNull);
  });

  test('an upload that was completed is completed again', () async {
    final FakeServer service = FakeServer(<Reply>[
      readVector('problem-already-completed').reply,
      readVector('completed-in-parts').reply,
    ]);
    await service.resumeStorage
        .write('clip.mp4', jsonEncode(_state().toJson()));
    final CompletedUpload upload =
        await service.open().uploadStream(_openRead, _options, size: _size);
    expect(upload.size, _size);
  });

  test('a part whose ticket expired is signed again', () async {
    final FakeServer service = FakeServer(<Reply>[
      json(201, _created),
      store(403),
      json(200, _signed(<int>[1])),
      for (int i = 0; i < _partCount; i += 1) _stored,
      readVector('completed-in-parts').reply,
    ]);
    await service.open().uploadStream(_openRead, _options, size: _size);
    expect(service.lines[2], 'POST /v1/uploads/$_id/parts');
    expect(service.seen[2].json, <String, Object?>{
      'partNumbers': <int>[1],
    });
  });

  test('discard aborts the upload and deletes its state', () async {
    final FakeServer service = FakeServer(<Reply>[noContent()]);
    await service.resumeStorage
        .write('clip.mp4', jsonEncode(_state().toJson()));
    await service.open().discard('clip.mp4');
    expect(service.lines, <String>['DELETE /v1/uploads/$_id']);
    expect(await service.resumeStorage.read('clip.mp4'), isNull);
  });

  test('a state is the same after it was saved', () {
    final UploadState state = _state(etags: <int, String>{1: 'a', 2: 'b'});
    final Object? json = jsonDecode(jsonEncode(state.toJson()));
    final UploadState read =
        UploadState.fromJson(json! as Map<String, Object?>);
    expect(read.toJson(), state.toJson());
    expect(read.endOf(_partCount), _size);
  });

  test('a state of another version is refused', () {
    expect(
      () => UploadState.fromJson(<String, Object?>{'version': 2}),
      throwsFormatException,
    );
  });
}

UploadState _state({Map<int, String> etags = const <int, String>{}}) =>
    UploadState(
      id: _id,
      size: _size,
      partSize: _partSize,
      partCount: _partCount,
      etags: etags,
    );
