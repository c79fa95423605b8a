/// What `package:background_downloader` has to be given for a [TransferTask].
/// It does not import that package, which needs Flutter.
library;

import 'src/transfer_plan.dart';

/// The parameters of an `UploadTask` of `package:background_downloader`, with
/// `post: 'binary'`.
extension BackgroundUpload on TransferTask {
  /// The headers of the ticket, and two that are not sent: an empty
  /// `Content-Disposition`, without which the package adds one that was not
  /// granted, and the `Range` of the file that is sent.
  Map<String, String> get backgroundHeaders => <String, String>{
        for (final MapEntry<String, String> header in headers.entries)
          if (header.key.toLowerCase() != 'content-type')
            header.key: header.value,
        'Content-Disposition': '',
        'Range': 'bytes=$start-${end - 1}',
      };

  /// The type that the package sends. A part has none: its ticket does not
  /// sign the header, and the store ignores it.
  String get backgroundMimeType {
    for (final MapEntry<String, String> header in headers.entries) {
      if (header.key.toLowerCase() == 'content-type') return header.value;
    }
    return 'application/octet-stream';
  }
}
