import 'read_json.dart';

/// A digest of the whole file, which the store compares.
class UploadChecksum {
  const UploadChecksum(this.algorithm, this.value);

  /// `md5`, `sha256`, `crc32`, `crc32c` or `crc64nvme`.
  final String algorithm;

  /// In base64 with padding; the CRCs big-endian.
  final String value;

  Json toJson() => <String, Object?>{'algorithm': algorithm, 'value': value};
}

/// What is uploaded, and how.
class UploadOptions {
  const UploadOptions({
    required this.contentType,
    this.policy,
    this.filename,
    this.checksum,
    this.metadata,
    this.multipart,
    this.resumeKey,
    this.concurrency = 3,
  }) : assert(concurrency >= 1, 'concurrency must be at least 1');

  /// `type/subtype` in lower case, without parameters. The object has it.
  final String contentType;

  /// The policy's name; left out, the default one of the service.
  final String? policy;

  /// The file's name, in Unicode form NFC.
  final String? filename;

  /// Needed where the policy demands one.
  final UploadChecksum? checksum;

  /// Names that the policy has, and their texts.
  final Map<String, String>? metadata;

  /// `true` asks for parts, `false` for one PUT; left out, the policy decides.
  final bool? multipart;

  /// Under this name the state of an upload in parts is kept, so that the same
  /// call with the same file goes on after the app was closed. It has to name
  /// the file and its content: path, length and time of change, say.
  final String? resumeKey;

  /// How many parts are on their way at once.
  final int concurrency;

  /// The body of `POST /v1/uploads`.
  Json toRequest({required int size, bool isBackground = false}) {
    final String? policy = this.policy;
    final String? filename = this.filename;
    final UploadChecksum? checksum = this.checksum;
    final Map<String, String>? metadata = this.metadata;
    final bool? multipart = this.multipart;
    return <String, Object?>{
      if (policy != null) 'policy': policy,
      if (filename != null) 'filename': filename,
      'contentType': contentType,
      'size': size,
      if (checksum != null) 'checksum': checksum.toJson(),
      if (metadata != null) 'metadata': metadata,
      if (multipart != null) 'multipart': multipart,
      if (isBackground) 'background': true,
    };
  }
}
