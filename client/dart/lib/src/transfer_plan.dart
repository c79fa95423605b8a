import 'read_json.dart';
import 'ticket.dart';
import 'upload_state.dart';

/// One request that an operating system sends by itself: `URLSession` in the
/// background, WorkManager, or a package that speaks to both.
class TransferTask {
  const TransferTask({
    required this.method,
    required this.url,
    required this.headers,
    required this.start,
    required this.end,
    required this.expiresAt,
    this.partNumber,
  });

  factory TransferTask.fromJson(Json json) => TransferTask(
        method: readText(json, 'method'),
        url: readUrl(json, 'url'),
        headers: readTexts(json, 'headers'),
        start: readInt(json, 'start'),
        end: readInt(json, 'end'),
        expiresAt: readTime(json, 'expiresAt'),
        partNumber: readIntOrNull(json, 'partNumber'),
      );

  final String method;
  final Uri url;

  /// Exactly these. The length, [end] less [start], goes into
  /// `Content-Length`, which user agents set themselves.
  final Map<String, String> headers;

  /// The first byte of the file that is sent.
  final int start;

  /// The first byte that is not.
  final int end;

  /// The request has to begin before it, by the device's own clock.
  final DateTime expiresAt;

  /// Of a part, from 1: the store's `ETag` is kept under it.
  final int? partNumber;

  Json toJson() => <String, Object?>{
        'method': method,
        'url': url.toString(),
        'headers': headers,
        'start': start,
        'end': end,
        'expiresAt': expiresAt.toUtc().toIso8601String(),
        if (partNumber != null) 'partNumber': partNumber,
      };
}

/// An upload that others send: its tasks, and what completes it afterwards.
class TransferPlan {
  const TransferPlan({
    required this.id,
    required this.key,
    required this.tasks,
  });

  factory TransferPlan.fromJson(Json json) => TransferPlan(
        id: readText(json, 'id'),
        key: readText(json, 'key'),
        tasks: <TransferTask>[
          for (final Json task in readObjects(json, 'tasks'))
            TransferTask.fromJson(task),
        ],
      );

  /// For `complete`, when all tasks are done, and for `abort`.
  final String id;
  final String key;

  /// In the order of the file.
  final List<TransferTask> tasks;

  /// Plain data, to be kept until the app wakes.
  Json toJson() => <String, Object?>{
        'id': id,
        'key': key,
        'tasks': <Json>[for (final TransferTask task in tasks) task.toJson()],
      };
}

/// The task of one PUT.
TransferTask taskOf(Ticket ticket, int size, DateTime now) => TransferTask(
      method: ticket.method,
      url: ticket.url,
      headers: ticket.headers,
      start: 0,
      end: size,
      expiresAt: now.add(ticket.expiresIn),
    );

/// The task of one part.
TransferTask partTaskOf(Ticket ticket, UploadState state, DateTime now) {
  final int? partNumber = ticket.partNumber;
  if (partNumber == null) throw unexpected('has a part without its number');
  return TransferTask(
    method: ticket.method,
    url: ticket.url,
    headers: ticket.headers,
    start: state.startOf(partNumber),
    end: state.endOf(partNumber),
    expiresAt: now.add(ticket.expiresIn),
    partNumber: partNumber,
  );
}
