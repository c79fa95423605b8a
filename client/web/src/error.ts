/** What the service answers in `code` (docs/protocol.md): never renamed. */
export type ProblemCode =
  | "bad-request"
  | "unauthenticated"
  | "forbidden"
  | "origin-not-allowed"
  | "key-outside-prefix"
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
  | "rate-limited"
  | "quota-exceeded"
  | "internal"
  | "store-unavailable"
  | "ledger-unavailable"
  | "misconfigured";

/**
 * What goes wrong on this side: nothing answered, also where a page may not read the answer; the upload
 * was aborted; the store said no; what answered is not the service; the file cannot be read any more.
 */
export type ClientCode =
  | "network"
  | "aborted"
  | "store-refused"
  | "unexpected-answer"
  | "file-unreadable";

/** One fault of a request: an RFC 6901 pointer and what to change. */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

interface ErrorFields {
  /** Of the answer, where there was one. */
  readonly status?: number | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly errors?: readonly Fault[] | undefined;
  readonly requestId?: string | undefined;
  /** With `too-large` and limits: what is allowed, and what it was. */
  readonly limit?: number | undefined;
  readonly actual?: number | undefined;
  /** With `verification-failed`: whether the upload can still be completed. */
  readonly upload?: string | undefined;
  /** With `store-refused`: the store's own code, such as `AccessDenied`. */
  readonly storeCode?: string | undefined;
  readonly cause?: unknown;
}

/** Everything that an upload fails with. `code` is what to switch on, `detail` what a developer reads. */
export class UploadError extends Error implements ErrorFields {
  override readonly name = "UploadError";
  /** A later service may have codes that are not known here. */
  readonly code: ProblemCode | ClientCode | (string & Record<never, never>);
  readonly detail: string;
  declare readonly status?: number | undefined;
  declare readonly retryAfterSeconds?: number | undefined;
  readonly errors: readonly Fault[] = [];
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

/** Whether it is the error with this code. */
export function hasCode(
  error: unknown,
  ...codes: readonly UploadError["code"][]
): error is UploadError {
  return error instanceof UploadError && codes.includes(error.code);
}

/** Whether the service finds fault with this field of the request (RFC 6901). */
export function isWrong(error: unknown, pointer: string): boolean {
  return (
    hasCode(error, "invalid-request") && error.errors.some((fault) => fault.pointer === pointer)
  );
}
