import 'read_json.dart';

/// How far an upload in parts is: all that it takes to go on, beside the file
/// and a token of the same user.
class UploadState {
  UploadState({
    required this.id,
    required this.size,
    required this.partSize,
    required this.partCount,
    Map<int, String> etags = const <int, String>{},
  }) : etags = Map<int, String>.of(etags);

  /// Throws [FormatException] for what [toJson] did not make.
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
      throw const FormatException('This is no state of an upload');
    }
    final Map<int, String> kept = <int, String>{};
    for (final MapEntry<String, Object?> entry in etags.entries) {
      final int? partNumber = int.tryParse(entry.key);
      final Object? etag = entry.value;
      if (partNumber == null || etag is! String) {
        throw const FormatException('This is no state of an upload');
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

  /// Of the whole file, in bytes.
  final int size;

  /// In bytes, of every part but the last one.
  final int partSize;
  final int partCount;

  /// What the store answered to each part that it has, without quotes. Empty
  /// texts stand where a browser does not show it.
  final Map<int, String> etags;

  /// Where part [partNumber] begins in the file.
  int startOf(int partNumber) => (partNumber - 1) * partSize;

  /// Where it ends: the first byte that is not in it.
  int endOf(int partNumber) {
    final int end = partNumber * partSize;
    return end < size ? end : size;
  }

  /// Plain data, which [UploadState.fromJson] reads again.
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
