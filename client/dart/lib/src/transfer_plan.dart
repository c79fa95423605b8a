import 'read_json.dart';
import 'ticket.dart';
import 'upload_state.dart';

/// One request that the operating system sends in the background: with
/// `URLSession`, WorkManager, or a package that wraps both.
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

  /// Send exactly these headers. `Content-Length` is [end] minus [start]; HTTP
  /// clients set it themselves.
  final Map<String, String> headers;

  /// The offset in the file of the first byte to send.
  final int start;

  /// The offset after the last byte to send.
  final int end;

  /// The request has to start before this time, by the device's clock.
  final DateTime expiresAt;

  /// The number of the part, from 1; `null` for a single-part upload. Keep the
  /// store's `ETag` under this number.
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

/// An upload that the operating system sends: its tasks, and its id.
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

  /// Pass it to `complete` when all tasks are done, or to `abort`.
  final String id;
  final String key;

  /// In file order.
  final List<TransferTask> tasks;

  /// Returns plain data, to be saved until the app runs again.
  Json toJson() => <String, Object?>{
        'id': id,
        'key': key,
        'tasks': <Json>[for (final TransferTask task in tasks) task.toJson()],
      };
}

/// Returns the task of a single-part upload.
TransferTask taskOf(Ticket ticket, int size, DateTime now) => TransferTask(
      method: ticket.method,
      url: ticket.url,
      headers: ticket.headers,
      start: 0,
      end: size,
      expiresAt: now.add(ticket.expiresIn),
    );

/// Returns the task of one part.
TransferTask partTaskOf(Ticket ticket, UploadState state, DateTime now) {
  final int? partNumber = ticket.partNumber;
  if (partNumber == null) throw unexpectedAnswer('has a part without a number');
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
