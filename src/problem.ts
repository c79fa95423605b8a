/** Every answer that is not a success: RFC 9457 problem details, from one table. */

const PROBLEMS = {
  "bad-request": [400, "The request cannot be read"],
  unauthenticated: [401, "No valid bearer token"],
  forbidden: [403, "The token does not allow this"],
  "origin-not-allowed": [403, "This origin may not call the service"],
  "key-outside-prefix": [403, "The key is outside what the caller may reach"],
  "not-found": [404, "There is nothing here"],
  "policy-not-found": [404, "There is no such policy"],
  "upload-not-found": [404, "There is no such upload"],
  "already-exists": [409, "There is an object under this key"],
  "already-completed": [409, "The upload is completed"],
  "upload-expired": [410, "The upload is over"],
  "too-large": [413, "Too large"],
  "type-not-allowed": [415, "The policy does not allow this content type"],
  "invalid-request": [422, "The request is not valid"],
  "size-required": [422, "The size of the file is required"],
  "verification-failed": [422, "The store does not have what was granted"],
  "rate-limited": [429, "Too many requests"],
  "quota-exceeded": [429, "The quota is used up"],
  internal: [500, "The service failed"],
  "store-unavailable": [502, "The store did not answer"],
  "ledger-unavailable": [503, "The limits cannot be checked"],
  misconfigured: [503, "The service is not configured"],
} as const satisfies Readonly<Record<string, readonly [status: number, title: string]>>;

/** The stable thing for a client to switch on: never renamed, never reused. */
export type ProblemCode = keyof typeof PROBLEMS;

/** One fault of a request body: an RFC 6901 pointer and what to change. */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

interface Extras {
  readonly limit?: number;
  readonly actual?: number;
  readonly retryAfter?: number;
  readonly quota?: unknown;
  /** Where a verification failed: whether the upload may still be completed. */
  readonly upload?: "pending" | "rejected";
  readonly errors?: readonly Fault[];
}

interface ProblemOptions {
  readonly extras?: Extras;
  readonly headers?: Readonly<Record<string, string>>;
  /** For the log only: never part of the answer. */
  readonly cause?: unknown;
}

/** A refusal. `detail` tells the client what to change and holds no secret. */
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

/** A request body that is well-formed JSON and still wrong, with one fault or more. */
export function invalidRequest(...errors: readonly [Fault, ...Fault[]]): Problem {
  const detail = errors.map((fault) => `${fault.pointer}: ${fault.detail}`).join("; ");
  return new Problem("invalid-request", detail, { extras: { errors } });
}

/** The body of a problem; `message` and `error` are for clients that read those. */
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

/** The problem as an answer: `application/problem+json`. */
export function problemResponse(problem: Problem, requestId: string): Response {
  const headers = { ...problem.headers, "content-type": "application/problem+json" };
  const body = JSON.stringify(problemBody(problem, requestId));
  return new Response(body, { status: problem.status, headers });
}

/** https://www.iana.org/assignments/http-problem-types names what a limit answers. */
function typeOf(code: ProblemCode): string {
  if (code === "rate-limited" || code === "quota-exceeded")
    return "https://iana.org/assignments/http-problem-types#quota-exceeded";
  return `urn:edge-presigner:problem:${code}`;
}
