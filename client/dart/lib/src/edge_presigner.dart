import 'dart:math';
import 'dart:typed_data';

import 'package:http/http.dart' as http;

import 'back_off.dart';
import 'completed_upload.dart';
import 'download_ticket.dart';
import 'upload_context.dart';
import 'multipart_upload.dart';
import 'read_bytes.dart';
import 'read_json.dart';
import 'resume_storage.dart';
import 'service.dart';
import 'stop_signal.dart';
import 'ticket.dart';
import 'transfer_plan.dart';
import 'upload_exception.dart';
import 'upload_options.dart';
import 'upload_record.dart';
import 'upload_state.dart';
import 'single_part_upload.dart';

/// Uploads, downloads and deletes with tickets of one service. All methods
/// throw [UploadException], and what `getToken` and the stores of the app
/// throw.
class EdgePresigner {
  /// [getToken] is called before each request to the service, and again after
  /// a token was refused: it should answer from memory while its token is
  /// good. [client] is closed by whoever made it.
  EdgePresigner({
    required Uri endpoint,
    required Future<String> Function() getToken,
    http.Client? client,
    ResumeStore? resumeStore,
    DateTime Function()? now,
    Random? random,
    Future<void> Function(Duration duration)? wait,
  }) : this._(
          endpoint: endpoint,
          getToken: getToken,
          client: client ?? http.Client(),
          isOwnClient: client == null,
          resumeStore: resumeStore ?? MemoryResumeStore(),
          now: now ?? DateTime.now,
          backOff: BackOff(random: random, wait: wait),
        );

  EdgePresigner._({
    required Uri endpoint,
    required Future<String> Function() getToken,
    required http.Client client,
    required bool isOwnClient,
    required ResumeStore resumeStore,
    required DateTime Function() now,
    required BackOff backOff,
  })  : _client = client,
        _isOwnClient = isOwnClient,
        _resumeStore = resumeStore,
        _now = now,
        _service = Service(
          endpoint: endpoint,
          getToken: getToken,
          client: client,
          backOff: backOff,
        );

  final http.Client _client;
  final bool _isOwnClient;
  final ResumeStore _resumeStore;
  final DateTime Function() _now;
  final Service _service;

  /// Uploads bytes that are in memory: a photo, say.
  Future<CompletedUpload> uploadBytes(
    Uint8List bytes,
    UploadOptions options, {
    ProgressCallback? onProgress,
    Future<void>? cancelled,
  }) =>
      uploadStream(
        openBytes(bytes),
        options,
        size: bytes.length,
        onProgress: onProgress,
        cancelled: cancelled,
      );

  /// Uploads what [openRead] opens, of exactly [size] bytes, without holding
  /// more of it in memory than is on its way. On the web the browser takes
  /// each PUT as a whole: progress then goes by parts.
  ///
  /// When [cancelled] completes, it throws `cancelled`: with a `resumeKey` the
  /// parts stay, and the same call goes on later; else nothing is left behind.
  Future<CompletedUpload> uploadStream(
    OpenRead openRead,
    UploadOptions options, {
    required int size,
    ProgressCallback? onProgress,
    Future<void>? cancelled,
  }) async {
    final Job job = Job(
      service: _service,
      openRead: openRead,
      size: size,
      options: options,
      stop: Stop()..follow(cancelled),
      now: _now,
      onProgress: onProgress,
    );
    final SavedState saved = SavedState(_resumeStore, options.resumeKey);
    final UploadState? state = await saved.load();
    if (state != null && state.size == size) {
      try {
        return await PartsUpload(job, state, saved).resume();
      } on UploadException catch (error) {
        final bool isOver = error.code == UploadCode.uploadExpired ||
            error.code == UploadCode.uploadNotFound;
        if (!isOver) rethrow;
      }
    }
    return _begin(job, saved);
  }

  Future<CompletedUpload> _begin(Job job, SavedState saved) async {
    final GrantedUpload granted = await _service.begin(job.request, job.stop);
    final Parts? parts = granted.parts;
    if (parts != null) {
      final UploadState state = _stateOf(granted.id, parts, job.size);
      return PartsUpload(job, state, saved, tickets: parts.tickets).run();
    }
    final Ticket? ticket = granted.ticket;
    if (ticket == null) throw unexpected('has no ticket');
    return WholeUpload(job, granted.id, ticket).run();
  }

  /// The requests that an operating system sends while the app sleeps. With
  /// [isBackground] their tickets live for the policy's `backgroundExpiresIn`;
  /// a policy without one refuses. [complete] ends the upload afterwards.
  Future<TransferPlan> transferPlan(
    UploadOptions options, {
    required int size,
    bool isBackground = true,
  }) async {
    final Stop stop = Stop();
    final Json request =
        options.toRequest(size: size, isBackground: isBackground);
    final GrantedUpload granted = await _service.begin(request, stop);
    final Ticket? ticket = granted.ticket;
    final Parts? parts = granted.parts;
    final List<TransferTask> tasks = <TransferTask>[];
    if (ticket != null) tasks.add(taskOf(ticket, size, _now()));
    if (parts != null) {
      final UploadState state = _stateOf(granted.id, parts, size);
      for (final Ticket part in parts.tickets) {
        tasks.add(partTaskOf(part, state, _now()));
      }
      while (tasks.length < parts.partCount) {
        final int first = tasks.length + 1;
        final int last = min(tasks.length + signedAtOnce, parts.partCount);
        final List<Ticket> more = await _service.signParts(
          granted.id,
          <int>[for (int part = first; part <= last; part += 1) part],
          stop,
          isBackground: isBackground,
        );
        if (more.isEmpty) throw unexpected('has no tickets');
        for (final Ticket part in more) {
          tasks.add(partTaskOf(part, state, _now()));
        }
      }
    }
    return TransferPlan(id: granted.id, key: granted.key, tasks: tasks);
  }

  UploadState _stateOf(String id, Parts parts, int size) => UploadState(
        id: id,
        size: size,
        partSize: parts.partSize,
        partCount: parts.partCount,
      );

  /// Has the service look whether the file is there, as often as it is asked.
  /// [etags] of parts, by their numbers, are for stores that cannot list them.
  Future<CompletedUpload> complete(String id, {Map<int, String>? etags}) {
    final Json request = <String, Object?>{
      if (etags != null) 'parts': partsToJson(etags),
    };
    return _service.complete(id, request, Stop());
  }

  /// Gives an upload up: parts are forgotten, a quota's bytes come back.
  Future<void> abort(String id) => _service.abort(id, Stop());

  /// The same for one that stopped under a `resumeKey`.
  Future<void> discard(String resumeKey) async {
    final SavedState saved = SavedState(_resumeStore, resumeKey);
    final UploadState? state = await saved.load();
    if (state != null) await abort(state.id);
    await saved.remove();
  }

  /// A URL to read an object of the user's own with.
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
      await _service.ask('POST', '/v1/downloads', body: request, stop: Stop()),
    );
  }

  /// Deletes an object of the user's own.
  Future<void> remove(String key, {String? policy}) async {
    final Json request = <String, Object?>{
      'key': key,
      if (policy != null) 'policy': policy,
    };
    await _service.ask('DELETE', '/v1/objects', body: request, stop: Stop());
  }

  /// The user's uploads of policies with a quota, the newest first.
  Future<UploadPage> list({String? status, String? cursor}) async {
    final Map<String, String> query = <String, String>{
      if (status != null) 'status': status,
      if (cursor != null) 'cursor': cursor,
    };
    return UploadPage.fromJson(
      await _service.ask(
        'GET',
        '/v1/uploads',
        query: query.isEmpty ? null : query,
        stop: Stop(),
      ),
    );
  }

  /// Closes the client, where it was made here.
  void close() {
    if (_isOwnClient) _client.close();
  }
}
