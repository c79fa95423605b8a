import 'dart:math';
import 'dart:typed_data';

import 'upload_exception.dart';

/// Opens the bytes from [start] up to [end], which is not in it: what
/// `XFile.openRead` and `File.openRead` are. Called again for another try.
typedef OpenRead = Stream<List<int>> Function(int start, int end);

/// How many bytes of all were handed to the network. After a failure it goes
/// back to what the store has.
typedef ProgressCallback = void Function(int sentBytes, int totalBytes);

/// The bytes that one ticket is for.
class FileSlice {
  const FileSlice(this._openRead, this._start, this._end);

  final OpenRead _openRead;
  final int _start;
  final int _end;

  int get length => _end - _start;

  Stream<List<int>> open() => _openRead(_start, _end);
}

const int _sliceBytes = 65536;

/// Bytes in memory as a stream of small slices, so that there is progress.
OpenRead openBytes(Uint8List bytes) {
  return (int start, int end) async* {
    for (int offset = start; offset < end; offset += _sliceBytes) {
      yield Uint8List.sublistView(
        bytes,
        offset,
        min(offset + _sliceBytes, end),
      );
    }
  };
}

/// The bytes of [slice], with progress. Where they are not of its length, or
/// cannot be read, [onFault] hears it, and the stream ends with it.
Stream<List<int>> measure(
  FileSlice slice, {
  required void Function(int sentBytes) onSent,
  required void Function(UploadException fault) onFault,
}) async* {
  int sent = 0;
  UploadException? fault;
  try {
    await for (final List<int> chunk in slice.open()) {
      if (sent + chunk.length > slice.length) {
        fault = _otherLength('has more than', slice.length);
        break;
      }
      yield chunk;
      sent += chunk.length;
      onSent(sent);
    }
  } on Exception catch (error) {
    fault = UploadException(
      UploadCode.fileUnreadable,
      'The file cannot be read',
      cause: error,
    );
  }
  if (fault == null && sent < slice.length) {
    fault = _otherLength('has less than', slice.length);
  }
  if (fault != null) {
    onFault(fault);
    throw fault;
  }
}

/// All of it. Throws `unexpected-answer` beyond [limit] bytes.
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

UploadException _otherLength(String how, int length) => UploadException(
      UploadCode.fileUnreadable,
      'The file $how the $length bytes that were told: was it changed?',
    );
