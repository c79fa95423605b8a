import 'dart:math';
import 'dart:typed_data';

import 'package:http/http.dart' as http;

import 'back_off.dart';
import 'completed_upload.dart';
import 'connections.dart';
import 'download_ticket.dart';
import 'idempotency_key.dart';
import 'managed_queue.dart';
import 'managed_task.dart';
import 'multipart_upload.dart';
import 'read_bytes.dart';
import 'read_json.dart';
import 'resume_storage.dart';
import 'service.dart';
import 'single_part_upload.dart';
import 'stop_signal.dart';
import 'ticket.dart';
import 'transfer_plan.dart';
import 'upload_context.dart';
import 'upload_exception.dart';
import 'upload_file.dart';
import 'upload_options.dart';
import 'upload_queue.dart';
import 'upload_record.dart';
import 'upload_state.dart';
import 'upload_task.dart';

/// The client of one service. All methods throw [UploadException], or what
/// `getToken` and the app's [ResumeStorage] throw.
class EdgePresigner {
  /// Creates a client. [getToken] is called before each request to the
  /// service, and once more after a token was refused: return a cached token
  /// while it is valid. If you pass [client], close it yourself.
  EdgePresigner({
    required Uri endpoint,
    required Future<String> Function() getToken,
    http.Client? client,
    ResumeStorage? resumeStorage,
    DateTime Function()? now,
    Random? random,
    Future<void> Function(Duration duration)? wait,
  }) : this._(
          endpoint: endpoint,
          getToken: getToken,
          client: client ?? http.Client(),
          isOwnClient: client == null,
          resumeStorage: resumeStorage ?? MemoryResumeStorage(),
          now: now ?? DateTime.now,
          backOff: BackOff(random: random, wait: wait),
        );

  EdgePresigner._({
    required Uri endpoint,
    required Future<String> Function() getToken,
    required http.Client client,
    required bool isOwnClient,
    required ResumeStorage resumeStorage,
    required DateTime Function() now,
    required BackOff backOff,
  })  : _client = client,
        _isOwnClient = isOwnClient,
        _resumeStorage = resumeStorage,
        _now = now,
        _service = Service(
          endpoint: endpoint,
          getToken: getToken,
          client: client,
          backOff: backOff,
          // Not the random numbers of the app, which may be seeded.
          createKey: () => createIdempotencyKey(Random.secure()),
        );

  final http.Client _client;
  final bool _isOwnClient;
  final ResumeStorage _resumeStorage;
  final DateTime Function() _now;
  final Service _service;

  /// Uploads a file. The file is streamed, and not held in memory. On the web
  /// the browser buffers each PUT, so that progress is reported once a part.
  ///
  /// With a `resumeKey` the parts of a failed or cancelled upload are kept, and
  /// the same call continues later. Without one everything is deleted.
  ///
  /// A failure that nobody awaits is an unhandled error, unless there is a
  /// listener to [UploadTask.snapshotEvents].
  UploadTask upload(
    UploadFile file, [
    UploadOptions options = const UploadOptions(),
  ]) =>
      _start(file, options);

  /// Returns a queue that uploads [concurrency] files at a time. Browsers have
  /// six connections to a store that speaks HTTP/1.1: more than that waits
  /// there, while its ticket expires.
  UploadQueue queue({int concurrency = 4}) {
    final Connections connections = Connections(concurrency);
    return ManagedQueue(
      (UploadFile file, UploadOptions options) =>
          _createTask(file, options, connections),
      concurrency,
    );
  }

  /// Uploads bytes that are in memory, such as a photo.
  UploadTask uploadBytes(
    Uint8List bytes,
    UploadOptions options, {
    ProgressCallback? onProgress,
    Future<void>? cancelled,
  }) =>
      _start(UploadFile.bytes(bytes), options, onProgress, cancelled);

  /// Uploads what [openRead] returns, exactly [size] bytes. Throws `cancelled`
  /// when [cancelled] completes.
  UploadTask uploadStream(
    OpenRead openRead,
    UploadOptions options, {
    required int size,
    ProgressCallback? onProgress,
    Future<void>? cancelled,
  }) =>
      _start(
        UploadFile(size: size, openRead: openRead),
        options,
        onProgress,
        cancelled,
      );

  ManagedTask _start(
    UploadFile file,
    UploadOptions options, [
    ProgressCallback? onProgress,
    Future<void>? cancelled,
  ]) {
    final Connections connections = Connections(options.concurrency);
    return _createTask(file, options, connections, onProgress)
      ..followCancelled(cancelled)
      ..begin();
  }

  ManagedTask _createTask(
    UploadFile file,
    UploadOptions options,
    Connections connections, [
    ProgressCallback? onProgress,
  ]) =>
      ManagedTask(
        file: file,
        options: options,
        onProgress: onProgress,
        run: (ManagedTask task) => _run(
          UploadContext(
            service: _service,
            file: file,
            options: options,
            stop: task.stop,
            gate: task.gate,
            connections: connections,
            now: _now,
            report: task.report,
          ),
        ),
      );

  Future<CompletedUpload> _run(UploadContext context) async {
    final SavedState saved =
        SavedState(_resumeStorage, context.options.resumeKey);
    final UploadState? state = await saved.load();
    if (state != null && state.size == context.size) {
      try {
        return await MultipartUpload(context, state, saved).resume();
      } on UploadException catch (error) {
        final bool isOver = error.code == UploadCode.uploadExpired ||
            error.code == UploadCode.uploadNotFound ||
            error.code == UploadCode.revoked;
        if (!isOver) rethrow;
      }
    }
    await context.hold();
    try {
      return await _create(context, saved);
    } finally {
      context.letGo();
    }
  }

  Future<CompletedUpload> _create(
      UploadContext context, SavedState saved) async {
    final CreatedUpload created =
        await _service.createUpload(context.request, context.stop);
    final MultipartTicket? multipart = created.multipart;
    if (multipart != null) {
      context.letGo();
      final UploadState state = _stateOf(created.id, multipart, context.size);
      return MultipartUpload(context, state, saved, tickets: multipart.tickets)
          .run();
    }
    final Ticket? ticket = created.ticket;
    if (ticket == null) throw unexpectedAnswer('has no ticket');
    return SinglePartUpload(context, created.id, ticket).run();
  }

  /// Returns requests that the operating system can send while the app is
  /// suspended. With [isBackground] their tickets are valid for the policy's
  /// `backgroundExpiresIn`; a policy without it refuses. Call [complete] when
  /// they are sent.
  Future<TransferPlan> transferPlan(
    UploadOptions options, {
    required int size,
    bool isBackground = true,
  }) async {
    final StopSignal stop = StopSignal();
    final Json request =
        options.toRequest(size: size, isBackground: isBackground);
    final CreatedUpload created = await _service.createUpload(request, stop);
    final Ticket? ticket = created.ticket;
    final MultipartTicket? multipart = created.multipart;
    final List<TransferTask> tasks = <TransferTask>[];
    if (ticket != null) tasks.add(taskOf(ticket, size, _now()));
    if (multipart != null) {
      final UploadState state = _stateOf(created.id, multipart, size);
      for (final Ticket part in multipart.tickets) {
        tasks.add(partTaskOf(part, state, _now()));
      }
      while (tasks.length < multipart.partCount) {
        final int first = tasks.length + 1;
        final int last =
            min(tasks.length + maxPartsPerRequest, multipart.partCount);
        final List<Ticket> more = await _service.signParts(
          created.id,
          <int>[for (int part = first; part <= last; part += 1) part],
          stop,
          isBackground: isBackground,
        );
        if (more.isEmpty) throw unexpectedAnswer('has no part tickets');
        for (final Ticket part in more) {
          tasks.add(partTaskOf(part, state, _now()));
        }
      }
    }
    return TransferPlan(id: created.id, key: created.key, tasks: tasks);
  }

  UploadState _stateOf(String id, MultipartTicket multipart, int size) =>
      UploadState(
        id: id,
        size: size,
        partSize: multipart.partSize,
        partCount: multipart.partCount,
      );

  /// Completes an upload: the service verifies that the file is stored. Can be
  /// called again safely. Pass the [etags] of the parts, by part number, for a
  /// store that cannot list parts.
  Future<CompletedUpload> complete(String id, {Map<int, String>? etags}) {
    final Json request = <String, Object?>{
      if (etags != null) 'parts': partsToJson(etags),
    };
    return _service.complete(id, request, StopSignal());
  }

  /// Aborts an upload: its parts are deleted, and its bytes no longer count
  /// against the quota.
  Future<void> abort(String id) => _service.abort(id, StopSignal());

  /// Aborts the upload that was interrupted under [resumeKey], and deletes its
  /// saved state.
  Future<void> discard(String resumeKey) async {
    final SavedState saved = SavedState(_resumeStorage, resumeKey);
    final UploadState? state = await saved.load();
    if (state != null) await abort(state.id);
    await saved.remove();
  }

  /// Returns a ticket to read an object of the user.
  Future<DownloadTicket> download(
    String key, {
    String? policy,
    String? filename,
    bool isInline = false,
  }) async {
    final Json request = <String, Object?>{
      'key': key,
      if (policy != null) 'policy': policy,
      if (filename != null) 'filename': filename,
      if (isInline) 'disposition': 'inline',
    };
    return DownloadTicket.fromJson(
      await _service.callService('POST', '/v1/downloads',
          body: request, stop: StopSignal()),
    );
  }

  /// Deletes an object of the user.
  Future<void> remove(String key, {String? policy}) async {
    final Json request = <String, Object?>{
      'key': key,
      if (policy != null) 'policy': policy,
    };
    await _service.callService('DELETE', '/v1/objects',
        body: request, stop: StopSignal());
  }

  /// Returns a page of the user's uploads, of policies with a quota, the newest
  /// first.
  Future<UploadPage> list({String? status, String? cursor}) async {
    final Map<String, String> query = <String, String>{
      if (status != null) 'status': status,
      if (cursor != null) 'cursor': cursor,
    };
    return UploadPage.fromJson(
      await _service.callService(
        'GET',
        '/v1/uploads',
        query: query.isEmpty ? null : query,
        stop: StopSignal(),
      ),
    );
  }

  /// Closes the HTTP client, unless it was passed to the constructor.
  void close() {
    if (_isOwnClient) _client.close();
  }
}
