import 'dart:math';
import 'dart:typed_data';

import 'upload_exception.dart';

/// Opens the bytes from [start] up to, but not including, [end], as
/// `XFile.openRead` and `File.openRead` do. Called again for each try.
typedef OpenRead = Stream<List<int>> Function(int start, int end);

/// Reports how many bytes have been sent. Goes back after a failure.
typedef ProgressCallback = void Function(int sentBytes, int totalBytes);

/// The bytes of the file that are sent with one ticket.
class FileSlice {
  const FileSlice(this._openRead, this._start, this._end);

  final OpenRead _openRead;
  final int _start;
  final int _end;

  int get length => _end - _start;

  Stream<List<int>> open() => _openRead(_start, _end);
}

const int _chunkBytes = 65536;

/// Returns bytes in memory as a stream of small chunks, so that there is
/// progress.
OpenRead openBytes(Uint8List bytes) {
  return (int start, int end) async* {
    for (int offset = start; offset < end; offset += _chunkBytes) {
      yield Uint8List.sublistView(
        bytes,
        offset,
        min(offset + _chunkBytes, end),
      );
    }
  };
}

/// Returns the bytes of [slice], and reports progress. If they cannot be read,
/// or their length is wrong, calls [onFailure] and ends with that error.
Stream<List<int>> withProgress(
  FileSlice slice, {
  required void Function(int sentBytes) onSent,
  required void Function(UploadException failure) onFailure,
}) async* {
  int sent = 0;
  UploadException? failure;
  try {
    await for (final List<int> chunk in slice.open()) {
      if (sent + chunk.length > slice.length) {
        failure = _wrongLength('has more than', slice.length);
        break;
      }
      yield chunk;
      sent += chunk.length;
      onSent(sent);
    }
  } on Exception catch (error) {
    failure = UploadException(
      UploadCode.fileUnreadable,
      'Choose the file again: it cannot be read',
      cause: error,
    );
  }
  if (failure == null && sent < slice.length) {
    failure = _wrongLength('has less than', slice.length);
  }
  if (failure != null) {
    onFailure(failure);
    throw failure;
  }
}

/// Returns the whole stream. Throws `unexpected-answer` after [limit] bytes.
Future<Uint8List> readAtMost(Stream<List<int>> stream, int limit) async {
  final BytesBuilder builder = BytesBuilder();
  await for (final List<int> chunk in stream) {
    if (builder.length + chunk.length > limit) {
      throw UploadException(
        UploadCode.unexpectedAnswer,
        'The answer has more than $limit bytes',
      );
    }
    builder.add(chunk);
  }
  return builder.takeBytes();
}

UploadException _wrongLength(String how, int length) => UploadException(
      UploadCode.fileUnreadable,
      'The file $how $length bytes: pass its exact size, and do not change it',
    );
