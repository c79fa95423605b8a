import 'dart:async';
import 'dart:convert';
import 'dart:io';

import 'package:edge_presigner/background_downloader.dart';
import 'package:edge_presigner/edge_presigner.dart';
import 'package:edge_presigner/io.dart';
import 'package:http/http.dart' as http;
import 'package:http/io_client.dart';

/// Uploads as an app does, for the end-to-end tests. The argument is JSON: what
/// to do. Each line that it prints is JSON: a snapshot, or the result.
Future<void> main(List<String> arguments) async {
  final Map<String, Object?> order =
      jsonDecode(arguments.single) as Map<String, Object?>;
  final HttpClient inner = HttpClient();
  final Object? proxy = order['proxy'];
  if (proxy is String) inner.findProxy = (Uri _) => 'PROXY $proxy';
  final http.Client client = IOClient(inner);
  final Object? state = order['state'];
  final EdgePresigner presigner = EdgePresigner(
    endpoint: Uri.parse(order['endpoint']! as String),
    getToken: () async => order['token']! as String,
    client: client,
    resumeStorage: state is String ? _FileStorage(File(state)) : null,
  );
  try {
    final Map<String, Object?> result = await switch (order['command']) {
      'upload' => _upload(presigner, order),
      'queue' => _uploadAll(presigner, order),
      'background' => _uploadInBackground(presigner, client, order),
      'careless' => _sendCarelessly(presigner, client, order),
      _ => throw ArgumentError('Unknown command'),
    };
    _print(<String, Object?>{'result': result});
  } on UploadException catch (error) {
    _print(<String, Object?>{
      'failure': error.code,
      'status': error.status,
      'limit': error.limit,
      'message': error.message,
    });
  }
  client.close();
}

void _print(Map<String, Object?> json) => stdout.writeln(jsonEncode(json));

/// Keeps all states in one file.
class _FileStorage implements ResumeStorage {
  _FileStorage(this._file);

  final File _file;

  Map<String, Object?> get _all => _file.existsSync()
      ? jsonDecode(_file.readAsStringSync()) as Map<String, Object?>
      : <String, Object?>{};

  void _save(Map<String, Object?> all) =>
      _file.writeAsStringSync(jsonEncode(all), flush: true);

  @override
  Future<String?> read(String key) async => _all[key] as String?;

  @override
  Future<void> write(String key, String value) async =>
      _save(<String, Object?>{..._all, key: value});

  @override
  Future<void> remove(String key) async => _save(_all..remove(key));
}

UploadOptions _optionsOf(Map<String, Object?> order) => UploadOptions(
      policy: order['policy']! as String,
      filename: order['filename'] as String?,
      contentType: order['contentType'] as String?,
      metadata:
          (order['metadata'] as Map<String, Object?>?)?.cast<String, String>(),
      resumeKey: order['resumeKey'] as String?,
      concurrency: order['concurrency'] as int? ?? 3,
    );

/// Returns the file, read as slowly as the order says.
Future<UploadFile> _open(String path, Map<String, Object?> order) async {
  final UploadFile file = await File(path).toUploadFile();
  final int delay = order['chunkDelayMs'] as int? ?? 0;
  if (delay == 0) return file;
  return UploadFile(
    size: order['size'] as int? ?? file.size,
    name: file.name,
    openRead: (int start, int end) =>
        file.openRead(start, end).asyncMap((List<int> chunk) async {
      await Future<void>.delayed(Duration(milliseconds: delay));
      return chunk;
    }),
  );
}

Map<String, Object?> _resultOf(CompletedUpload upload) => <String, Object?>{
      'id': upload.id,
      'key': upload.key,
      'size': upload.size,
      'contentType': upload.contentType,
      'metadata': upload.metadata,
      'receipt': upload.receipt,
    };

Future<Map<String, Object?>> _upload(
  EdgePresigner presigner,
  Map<String, Object?> order,
) async {
  final UploadFile file = await _open(order['path']! as String, order);
  final UploadTask task = presigner.upload(file, _optionsOf(order));
  final int pauseFrom = order['pauseFrom'] as int? ?? -1;
  final int cancelFrom = order['cancelFrom'] as int? ?? -1;
  bool wasPaused = false;
  task.snapshotEvents.listen((UploadSnapshot snapshot) async {
    _print(<String, Object?>{
      'state': snapshot.state.name,
      'bytes': snapshot.bytesTransferred,
    });
    final int bytes = snapshot.bytesTransferred;
    if (cancelFrom >= 0 && bytes > cancelFrom) await task.cancel();
    if (pauseFrom < 0 || wasPaused || bytes <= pauseFrom) return;
    wasPaused = true;
    await task.pause();
    await Future<void>.delayed(
        Duration(milliseconds: order['pauseMs']! as int));
    await task.resume();
  });
  return _resultOf(await task);
}

Future<Map<String, Object?>> _uploadAll(
  EdgePresigner presigner,
  Map<String, Object?> order,
) async {
  final UploadQueue queue = presigner.queue();
  for (final Object? path in order['paths']! as List<Object?>) {
    queue.add(await _open(path! as String, order), _optionsOf(order));
  }
  await queue.idle;
  return <String, Object?>{
    'succeeded': queue.snapshot.succeeded,
    'failed': queue.snapshot.failed,
    'bytes': queue.snapshot.bytesTransferred,
    'keys': <String?>[
      for (final UploadTask task in queue.tasks) task.snapshot.upload?.key,
    ],
  };
}

/// Sends the tasks of a plan as `package:background_downloader` 9.5 does on
/// desktops: two headers are instructions to it, and it sets the type.
Future<Map<String, Object?>> _uploadInBackground(
  EdgePresigner presigner,
  http.Client client,
  Map<String, Object?> order,
) async {
  final File file = File(order['path']! as String);
  final TransferPlan plan = await presigner.transferPlan(
    _optionsOf(order),
    size: file.lengthSync(),
  );
  final Map<int, String> etags = <int, String>{};
  for (final TransferTask task in plan.tasks) {
    final Map<String, String> headers = <String, String>{
      ...task.backgroundHeaders,
    };
    final List<String> range =
        headers.remove('Range')!.substring('bytes='.length).split('-');
    headers.remove('Content-Disposition');
    final int start = int.parse(range.first);
    final int end = int.parse(range.last) + 1;
    final http.StreamedRequest request =
        http.StreamedRequest(task.method, task.url)
          ..headers.addAll(headers)
          ..headers['Content-Type'] = task.backgroundMimeType
          ..contentLength = end - start;
    final Future<http.StreamedResponse> sending = client.send(request);
    await file.openRead(start, end).forEach(request.sink.add);
    unawaited(request.sink.close());
    final http.StreamedResponse answer = await sending;
    if (answer.statusCode != 200) {
      return <String, Object?>{'refused': await answer.stream.bytesToString()};
    }
    await answer.stream.drain<void>();
    final int? part = task.partNumber;
    if (part != null) etags[part] = answer.headers['etag']!;
  }
  final CompletedUpload upload = await presigner.complete(
    plan.id,
    etags: etags.isEmpty ? null : etags,
  );
  return <String, Object?>{
    ..._resultOf(upload),
    'tasks': plan.tasks.length,
  };
}

/// Sends what a ticket does not allow, and returns the store's statuses.
Future<Map<String, Object?>> _sendCarelessly(
  EdgePresigner presigner,
  http.Client client,
  Map<String, Object?> order,
) async {
  final File file = File(order['path']! as String);
  Future<int> send(
    Future<http.StreamedResponse> Function(TransferTask task) work,
  ) async {
    final TransferPlan plan = await presigner.transferPlan(_optionsOf(order),
        size: file.lengthSync());
    final http.StreamedResponse answer = await work(plan.tasks.single);
    await answer.stream.drain<void>();
    return answer.statusCode;
  }

  return <String, Object?>{
    // package:http adds a charset to the type of a string.
    'charset': await send((TransferTask task) => client.send(
          http.Request(task.method, task.url)
            ..headers.addAll(task.headers)
            ..body = file.readAsStringSync(),
        )),
    'chunked': await send((TransferTask task) {
      final http.StreamedRequest request =
          http.StreamedRequest(task.method, task.url)
            ..headers.addAll(task.headers);
      request.sink.add(file.readAsBytesSync());
      unawaited(request.sink.close());
      return client.send(request);
    }),
  };
}
