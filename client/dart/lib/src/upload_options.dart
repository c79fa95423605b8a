import 'content_type.dart';
import 'nfc.dart';
import 'read_json.dart';

/// A checksum of the file, which the store verifies.
class UploadChecksum {
  const UploadChecksum(this.algorithm, this.value);

  /// `md5`, `sha256`, `crc32`, `crc32c` or `crc64nvme`.
  final String algorithm;

  /// In base64 with padding; the CRCs big-endian.
  final String value;

  Json toJson() => <String, Object?>{'algorithm': algorithm, 'value': value};
}

/// The options of one upload. All of them are optional.
class UploadOptions {
  const UploadOptions({
    this.contentType,
    this.policy,
    this.filename,
    this.checksum,
    this.metadata,
    this.multipart,
    this.resumeKey,
    this.concurrency = 3,
  }) : assert(concurrency >= 1, 'concurrency must be at least 1');

  /// The content type of the object. Default: that of the file, or else by the
  /// extension of its name.
  final String? contentType;

  /// The name of the policy. Default: the service's default policy.
  final String? policy;

  /// The name of the file. Default: that of the [UploadFile].
  final String? filename;

  /// Needed if the policy requires one.
  final UploadChecksum? checksum;

  /// Only names that the policy allows.
  final Map<String, String>? metadata;

  /// `true` for multipart, `false` for a single PUT. Default: the policy
  /// decides.
  final bool? multipart;

  /// The key under which the state of a multipart upload is saved. After the
  /// app was closed, the same call with the same file continues. It has to
  /// identify the file and its content: by path, length and modification time,
  /// for example.
  final String? resumeKey;

  /// How many parts are sent at once.
  final int concurrency;

  /// Returns the body of `POST /v1/uploads`.
  Json toRequest({
    required int size,
    String? name,
    String? platformType,
    bool isBackground = false,
  }) {
    final String? policy = this.policy;
    final String? filename = this.filename ?? name;
    final String? type =
        contentType == null || contentType == '' ? platformType : contentType;
    final UploadChecksum? checksum = this.checksum;
    final Map<String, String>? metadata = this.metadata;
    final bool? multipart = this.multipart;
    return <String, Object?>{
      if (policy != null) 'policy': policy,
      if (filename != null) 'filename': toNfc(filename),
      'contentType': contentTypeOf(type, filename),
      'size': size,
      if (checksum != null) 'checksum': checksum.toJson(),
      if (metadata != null) 'metadata': metadata,
      if (multipart != null) 'multipart': multipart,
      if (isBackground) 'background': true,
    };
  }
}
