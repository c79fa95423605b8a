/** Errors as RFC 9457 problem details. This table has every code. */

export const PROBLEMS = {
  "bad-request": [400, "The request cannot be read"],
  unauthenticated: [401, "No valid bearer token"],
  forbidden: [403, "The token does not allow this"],
  "origin-not-allowed": [403, "This origin may not call the service"],
  "key-outside-prefix": [403, "The key is outside what the caller may reach"],
  "not-admin": [403, "The token is not an admin's"],
  revoked: [403, "The token or the upload was revoked"],
  "not-found": [404, "Not found"],
  "policy-not-found": [404, "Unknown policy"],
  "upload-not-found": [404, "Unknown upload"],
  "already-exists": [409, "An object exists under this key"],
  "already-completed": [409, "The upload is completed"],
  "upload-expired": [410, "The upload has ended"],
  "too-large": [413, "Too large"],
  "type-not-allowed": [415, "The policy does not allow this content type"],
  "invalid-request": [422, "The request is not valid"],
  "size-required": [422, "The size of the file is required"],
  "verification-failed": [422, "The object differs from the grant"],
  "idempotency-key-reused": [422, "The Idempotency-Key belongs to another request"],
  "rate-limited": [429, "Too many requests"],
  "quota-exceeded": [429, "The quota is used up"],
  internal: [500, "The service failed"],
  "store-unavailable": [502, "The store did not answer"],
  "ledger-unavailable": [503, "The ledger cannot be reached"],
  misconfigured: [503, "The service is not configured"],
} as const satisfies Readonly<Record<string, readonly [status: number, title: string]>>;

/** The stable identifier that clients switch on: never renamed, never reused. */
export type ProblemCode = keyof typeof PROBLEMS;

/** One error in a request: a JSON pointer (RFC 6901) and what to change. */
export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
}

interface Extras {
  readonly limit?: number;
  readonly actual?: number;
  readonly retryAfter?: number;
  readonly quota?: unknown;
  /** After a failed verification: whether the upload can still be completed. */
  readonly upload?: "pending" | "rejected";
  /** Of the upload that an earlier request with the same Idempotency-Key created. */
  readonly id?: string;
  readonly errors?: readonly FieldError[];
}

interface ProblemOptions {
  readonly extras?: Extras;
  readonly headers?: Readonly<Record<string, string>>;
  /** For the log only: never part of the answer. */
  readonly cause?: unknown;
}

/** An error for the client. `detail` says what to change, and never contains a secret. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ProblemCode;
  readonly extras: Extras;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(detail, { cause: options.cause });
    this.code = code;
    this.extras = options.extras ?? {};
    this.headers = options.headers ?? {};
  }

  get status(): number {
    return PROBLEMS[this.code][0];
  }
}

/** Returns the problem of well-formed but invalid input. */
export function invalidRequest(...errors: readonly [FieldError, ...FieldError[]]): Problem {
  const message = errors.map(({ pointer, detail }) => `${pointer}: ${detail}`).join("; ");
  return new Problem("invalid-request", message, { extras: { errors } });
}

/** Returns a problem as it is. Any other error is `internal`, whose text says nothing about it. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem("internal", "The service failed. Its log has the reason under the request id");
}

/** Returns the body. `message` and `error` repeat `detail` and `code` for clients that read those names. */
export function problemBody(
  problem: Problem,
  requestId: string,
): Readonly<Record<string, unknown>> {
  const [status, title] = PROBLEMS[problem.code];
  return {
    type: typeOf(problem.code),
    title,
    status,
    detail: problem.message,
    instance: `urn:uuid:${requestId}`,
    code: problem.code,
    message: problem.message,
    error: problem.code,
    requestId,
    ...problem.extras,
  };
}

/** Returns the response, `application/problem+json`. */
export function problemResponse(problem: Problem, requestId: string): Response {
  const headers = { ...problem.headers, "content-type": "application/problem+json" };
  const body = JSON.stringify(problemBody(problem, requestId));
  return new Response(body, { status: problem.status, headers });
}

/** The type of limits is registered: https://www.iana.org/assignments/http-problem-types. */
function typeOf(code: ProblemCode): string {
  if (code === "rate-limited" || code === "quota-exceeded")
    return "https://iana.org/assignments/http-problem-types#quota-exceeded";
  return `urn:edge-presigner:problem:${code}`;
}
