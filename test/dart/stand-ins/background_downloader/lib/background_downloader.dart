/// The names and types of `package:background_downloader` 9.5 that the pages
/// use: it needs Flutter.
library;

enum BaseDirectory { applicationDocuments, root }

enum Updates { none, status, progress, statusAndProgress }

enum TaskStatus { enqueued, running, complete, notFound, failed, canceled }

abstract class Task {
  const Task(this.taskId, this.metaData);

  final String taskId;
  final String metaData;
}

class UploadTask extends Task {
  UploadTask({
    String? taskId,
    required this.url,
    required this.filename,
    this.headers = const <String, String>{},
    this.httpRequestMethod = 'POST',
    this.post,
    this.mimeType = 'application/octet-stream',
    this.directory = '',
    this.baseDirectory = BaseDirectory.applicationDocuments,
    this.updates = Updates.status,
    this.retries = 0,
    this.priority = 5,
    String metaData = '',
  }) : super(taskId ?? '', metaData);

  final String url;
  final String filename;
  final Map<String, String> headers;
  final String httpRequestMethod;
  final String? post;
  final String mimeType;
  final String directory;
  final BaseDirectory baseDirectory;
  final Updates updates;
  final int retries;
  final int priority;
}

class TaskStatusUpdate {
  const TaskStatusUpdate(this.task, this.status, this.responseHeaders);

  final Task task;
  final TaskStatus status;
  final Map<String, String>? responseHeaders;
}

class FileDownloader {
  Future<bool> enqueue(Task task) async => true;

  Stream<TaskStatusUpdate> get updates =>
      const Stream<TaskStatusUpdate>.empty();
}
