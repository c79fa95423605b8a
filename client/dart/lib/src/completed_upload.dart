import 'read_json.dart';

/// An upload that the service has verified in the store.
class CompletedUpload {
  const CompletedUpload({
    required this.id,
    required this.policy,
    required this.key,
    required this.size,
    required this.contentType,
    required this.receipt,
    required this.completedAt,
    this.etag,
    this.publicUrl,
    this.metadata = const <String, String>{},
  });

  factory CompletedUpload.fromJson(Json json) => CompletedUpload(
        id: readText(json, 'id'),
        policy: readText(json, 'policy'),
        key: readText(json, 'key'),
        size: readInt(json, 'size'),
        contentType: readText(json, 'contentType'),
        receipt: readText(json, 'receipt'),
        completedAt: readTime(json, 'completedAt'),
        etag: readTextOrNull(json, 'etag'),
        publicUrl: readTextOrNull(json, 'publicUrl'),
        metadata: readTexts(json, 'metadata'),
      );

  final String id;
  final String policy;

  /// The key of the object in the bucket.
  final String key;

  /// In bytes.
  final int size;
  final String contentType;

  /// A signed proof (compact JWS) that any backend can check.
  final String receipt;
  final DateTime completedAt;

  /// Without quotes.
  final String? etag;

  /// Where anybody reads the object, if its store is public. Types that a
  /// browser runs have none.
  final String? publicUrl;
  final Map<String, String> metadata;
}
