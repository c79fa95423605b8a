import 'package:http/http.dart' as http;

import 'back_off.dart';
import 'read_bytes.dart';
import 'read_json.dart';
import 'service.dart';
import 'stop_signal.dart';
import 'upload_options.dart';

/// What every step of one upload needs.
class UploadContext {
  UploadContext({
    required this.service,
    required this.openRead,
    required this.size,
    required this.options,
    required this.stop,
    required this.now,
    this.onProgress,
  });

  final Service service;
  final OpenRead openRead;

  /// The size of the file in bytes.
  final int size;
  final UploadOptions options;
  final StopSignal stop;
  final DateTime Function() now;
  final ProgressCallback? onProgress;

  BackOff get backOff => service.backOff;

  http.Client get client => service.client;

  Json get request => options.toRequest(size: size);

  FileSlice slice(int start, int end) => FileSlice(openRead, start, end);

  void report(int sentBytes) {
    final ProgressCallback? onProgress = this.onProgress;
    if (onProgress != null) onProgress(sentBytes, size);
  }
}
