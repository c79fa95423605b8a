import 'read_json.dart';

/// The service's record of an upload, kept if its policy has a quota.
class UploadRecord {
  const UploadRecord({
    required this.id,
    required this.status,
    required this.policy,
    required this.key,
    required this.contentType,
    required this.createdAt,
    this.size,
    this.publicUrl,
  });

  factory UploadRecord.fromJson(Json json) => UploadRecord(
        id: readText(json, 'id'),
        status: readText(json, 'status'),
        policy: readText(json, 'policy'),
        key: readText(json, 'key'),
        contentType: readText(json, 'contentType'),
        createdAt: readTime(json, 'createdAt'),
        size: readIntOrNull(json, 'size'),
        publicUrl: readTextOrNull(json, 'publicUrl'),
      );

  final String id;

  /// `pending`, `completed`, `rejected`, `expired` or `aborted`.
  final String status;
  final String policy;
  final String key;
  final String contentType;
  final DateTime createdAt;

  /// In bytes, if it is known.
  final int? size;

  /// Where anybody reads a completed object, if its store is public.
  final String? publicUrl;
}

/// One page of records, the newest first.
class UploadPage {
  const UploadPage({required this.uploads, this.cursor});

  factory UploadPage.fromJson(Json json) => UploadPage(
        uploads: <UploadRecord>[
          for (final Json record in readObjects(json, 'uploads'))
            UploadRecord.fromJson(record),
        ],
        cursor: readTextOrNull(json, 'cursor'),
      );

  final List<UploadRecord> uploads;

  /// For the next page. The last page has none.
  final String? cursor;
}
