/// The codes of [UploadException.code]: those of the service's problems
/// (docs/protocol.md, "Problems"), and those of this client.
abstract final class UploadCode {
  static const String badRequest = 'bad-request';
  static const String unauthenticated = 'unauthenticated';
  static const String forbidden = 'forbidden';
  static const String originNotAllowed = 'origin-not-allowed';
  static const String keyOutsidePrefix = 'key-outside-prefix';
  static const String notAdmin = 'not-admin';
  static const String revoked = 'revoked';
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
  static const String idempotencyKeyReused = 'idempotency-key-reused';
  static const String rateLimited = 'rate-limited';
  static const String quotaExceeded = 'quota-exceeded';
  static const String internal = 'internal';
  static const String storeUnavailable = 'store-unavailable';
  static const String ledgerUnavailable = 'ledger-unavailable';
  static const String misconfigured = 'misconfigured';

  /// There was no answer: no network, a broken connection, or a timeout.
  static const String network = 'network';

  /// The app cancelled the upload.
  static const String cancelled = 'cancelled';

  /// The file cannot be read, or does not have the given size.
  static const String fileUnreadable = 'file-unreadable';

  /// The file is stored, and the service is still checking it. It goes on
  /// without the client.
  static const String stillPending = 'still-pending';

  /// The store refused the file.
  static const String storeRefused = 'store-refused';

  /// The answer does not follow the protocol: it is from a proxy, or from
  /// another service.
  static const String unexpectedAnswer = 'unexpected-answer';
}

/// Why a call failed. Switch on [code].
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

  /// What to change, in English, for developers.
  final String message;

  /// The HTTP status, if there was an answer.
  final int? status;

  /// How long to wait, from the `Retry-After` of the service or the store.
  final Duration? retryAfter;

  /// Whether the same request may succeed later.
  final bool isTransient;

  /// Whether it was already retried.
  final bool wasRetried;

  /// The complete problem of the service, with `limit`, `actual`, `errors` and
  /// `requestId`.
  final Map<String, Object?> problem;

  /// The error that caused this one, if there is one.
  final Object? cause;

  /// The limit, with `too-large`, `rate-limited` and `quota-exceeded`.
  int? get limit => _integer('limit');

  /// The value that exceeded [limit].
  int? get actual => _integer('actual');

  /// With `verification-failed`: `pending` (send what is missing) or
  /// `rejected` (start again).
  String? get upload {
    final Object? value = problem['upload'];
    return value is String ? value : null;
  }

  /// Returns this exception, marked as already retried.
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
