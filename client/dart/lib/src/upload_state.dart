import 'read_json.dart';

/// The state of a multipart upload. With the file and a token of the same user,
/// the upload can continue.
class UploadState {
  UploadState({
    required this.id,
    required this.size,
    required this.partSize,
    required this.partCount,
    Map<int, String> etags = const <int, String>{},
  }) : etags = Map<int, String>.of(etags);

  /// Throws [FormatException] for anything that [toJson] did not return.
  factory UploadState.fromJson(Json json) {
    final Object? id = json['id'];
    final Object? size = json['size'];
    final Object? partSize = json['partSize'];
    final Object? partCount = json['partCount'];
    final Object? etags = json['etags'];
    if (json['version'] != 1 ||
        id is! String ||
        size is! int ||
        partSize is! int ||
        partSize < 1 ||
        partCount is! int ||
        etags is! Json) {
      throw const FormatException('This is not the state of an upload');
    }
    final Map<int, String> kept = <int, String>{};
    for (final MapEntry<String, Object?> entry in etags.entries) {
      final int? partNumber = int.tryParse(entry.key);
      final Object? etag = entry.value;
      if (partNumber == null || etag is! String) {
        throw const FormatException('This is not the state of an upload');
      }
      kept[partNumber] = etag;
    }
    return UploadState(
      id: id,
      size: size,
      partSize: partSize,
      partCount: partCount,
      etags: kept,
    );
  }

  final String id;

  /// The size of the file in bytes.
  final int size;

  /// In bytes. The last part has the rest.
  final int partSize;
  final int partCount;

  /// The ETags of the stored parts, without quotes. An ETag that the browser
  /// hides is an empty string.
  final Map<int, String> etags;

  /// Returns the offset in the file where part [partNumber] starts.
  int startOf(int partNumber) => (partNumber - 1) * partSize;

  /// Returns the offset after the last byte of part [partNumber].
  int endOf(int partNumber) {
    final int end = partNumber * partSize;
    return end < size ? end : size;
  }

  /// Returns plain data for [UploadState.fromJson].
  Json toJson() => <String, Object?>{
        'version': 1,
        'id': id,
        'size': size,
        'partSize': partSize,
        'partCount': partCount,
        'etags': <String, Object?>{
          for (final MapEntry<int, String> entry in etags.entries)
            '${entry.key}': entry.value,
        },
      };
}
