/** The codes of the service (docs/protocol.md). They are never renamed. */
export type ProblemCode =
  | "bad-request"
  | "unauthenticated"
  | "forbidden"
  | "origin-not-allowed"
  | "key-outside-prefix"
  | "not-admin"
  | "revoked"
  | "not-found"
  | "policy-not-found"
  | "upload-not-found"
  | "already-exists"
  | "already-completed"
  | "upload-expired"
  | "too-large"
  | "type-not-allowed"
  | "invalid-request"
  | "size-required"
  | "verification-failed"
  | "idempotency-key-reused"
  | "rate-limited"
  | "quota-exceeded"
  | "internal"
  | "store-unavailable"
  | "ledger-unavailable"
  | "misconfigured";

/**
 * The codes of the client: no answer, or one that the page is not allowed to read; the upload was
 * aborted; the store refused it; the answer is not from the service; the file cannot be read any more;
 * it is stored, and the service is still checking it.
 */
export type ClientCode =
  | "network"
  | "aborted"
  | "store-refused"
  | "unexpected-answer"
  | "file-unreadable"
  | "still-pending";

/** An error in one field of a request: a JSON pointer (RFC 6901), and what to change. */
export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
}

interface ErrorFields {
  /** The HTTP status, if there was an answer. */
  readonly status?: number | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly errors?: readonly FieldError[] | undefined;
  readonly requestId?: string | undefined;
  /** With `too-large` and quotas: the limit, and the value that exceeded it. */
  readonly limit?: number | undefined;
  readonly actual?: number | undefined;
  /** With `verification-failed`: whether the upload can still be completed. */
  readonly upload?: string | undefined;
  /** With `store-refused`: the store's own code, such as `AccessDenied`. */
  readonly storeCode?: string | undefined;
  readonly cause?: unknown;
}

/** The error of a failed upload. Switch on `code`; `detail` is for developers. */
export class UploadError extends Error implements ErrorFields {
  override readonly name = "UploadError";
  /** A newer service may send codes that are not in this list. */
  readonly code: ProblemCode | ClientCode | (string & Record<never, never>);
  readonly detail: string;
  declare readonly status?: number | undefined;
  declare readonly retryAfterSeconds?: number | undefined;
  readonly errors: readonly FieldError[] = [];
  declare readonly requestId?: string | undefined;
  declare readonly limit?: number | undefined;
  declare readonly actual?: number | undefined;
  declare readonly upload?: string | undefined;
  declare readonly storeCode?: string | undefined;

  constructor(code: UploadError["code"], detail: string, fields: ErrorFields = {}) {
    super(detail);
    this.code = code;
    this.detail = detail;
    Object.assign(this, fields);
  }
}

/** Whether it is an `UploadError` with one of these codes. */
export function hasCode(
  error: unknown,
  ...codes: readonly UploadError["code"][]
): error is UploadError {
  return error instanceof UploadError && codes.includes(error.code);
}

/** Whether the service rejected this field of the request (a JSON pointer). */
export function rejectsField(error: unknown, pointer: string): boolean {
  return (
    hasCode(error, "invalid-request") && error.errors.some((field) => field.pointer === pointer)
  );
}
