/// The codes of [UploadException.code]: those of the service's problems
/// (docs/protocol.md, "Problems"), and those that this client finds itself.
abstract final class UploadCode {
  static const String badRequest = 'bad-request';
  static const String unauthenticated = 'unauthenticated';
  static const String forbidden = 'forbidden';
  static const String originNotAllowed = 'origin-not-allowed';
  static const String keyOutsidePrefix = 'key-outside-prefix';
  static const String notFound = 'not-found';
  static const String policyNotFound = 'policy-not-found';
  static const String uploadNotFound = 'upload-not-found';
  static const String alreadyExists = 'already-exists';
  static const String alreadyCompleted = 'already-completed';
  static const String uploadExpired = 'upload-expired';
  static const String tooLarge = 'too-large';
  static const String typeNotAllowed = 'type-not-allowed';
  static const String invalidRequest = 'invalid-request';
  static const String sizeRequired = 'size-required';
  static const String verificationFailed = 'verification-failed';
  static const String rateLimited = 'rate-limited';
  static const String quotaExceeded = 'quota-exceeded';
  static const String internal = 'internal';
  static const String storeUnavailable = 'store-unavailable';
  static const String ledgerUnavailable = 'ledger-unavailable';
  static const String misconfigured = 'misconfigured';

  /// Nothing answered: no network, a broken connection, or too slow.
  static const String network = 'network';

  /// The app stopped it.
  static const String cancelled = 'cancelled';

  /// The file has another length than was told, or cannot be read.
  static const String fileUnreadable = 'file-unreadable';

  /// The store refused what was sent.
  static const String storeRefused = 'store-refused';

  /// What answered is not what the protocol says: a proxy, or another service.
  static const String unexpectedAnswer = 'unexpected-answer';
}

/// Why something did not come about: [code] is what to switch on.
class UploadException implements Exception {
  const UploadException(
    this.code,
    this.message, {
    this.status,
    this.retryAfter,
    this.isTransient = false,
    this.wasRetried = false,
    this.problem = const <String, Object?>{},
    this.cause,
  });

  /// One of [UploadCode], or a code of a newer service.
  final String code;

  /// In English, for developers: it says what to change.
  final String message;

  /// The HTTP status, where something answered.
  final int? status;

  /// How long to wait, where the service or the store says so.
  final Duration? retryAfter;

  /// The same request may succeed later.
  final bool isTransient;

  /// It was tried again already, as often as that is worth at once.
  final bool wasRetried;

  /// The whole problem of the service, with its extras: `limit`, `actual`,
  /// `errors`, `requestId`.
  final Map<String, Object?> problem;

  /// The error underneath, where there is one.
  final Object? cause;

  /// The most that is allowed, with `too-large` and the two of 429.
  int? get limit => _integer('limit');

  /// What it was in place of [limit].
  int? get actual => _integer('actual');

  /// With `verification-failed`: `pending` (send what is missing) or
  /// `rejected` (begin anew).
  String? get upload {
    final Object? value = problem['upload'];
    return value is String ? value : null;
  }

  /// The same, after the last try.
  UploadException afterRetries() => UploadException(
        code,
        message,
        status: status,
        retryAfter: retryAfter,
        isTransient: isTransient,
        wasRetried: true,
        problem: problem,
        cause: cause,
      );

  int? _integer(String name) {
    final Object? value = problem[name];
    return value is int ? value : null;
  }

  @override
  String toString() => 'UploadException($code): $message';
}
