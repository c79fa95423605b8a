/** One route, as `openapi.json` describes it. */
import type { ProblemCode } from "../src/problem.ts";
import type { z } from "./names.ts";

interface Answer {
  readonly description: string;
  /** Absent where the answer has no body. */
  readonly schema?: z.ZodMiniType;
  /** `application/json` by default. */
  readonly contentType?: string;
  readonly headers?: readonly string[];
}

export interface Operation {
  readonly method: "get" | "post" | "patch" | "delete";
  /** `/v1/uploads/{id}`. */
  readonly path: string;
  readonly id: string;
  readonly tag: "Uploads" | "Objects" | "Credentials" | "Admin" | "Uppy" | "Service";
  readonly summary: string;
  readonly description?: string;
  readonly isPublic?: boolean;
  readonly pathParameters?: readonly string[];
  readonly query?: z.ZodMiniObject;
  /** Headers that a request may have. */
  readonly headers?: z.ZodMiniObject;
  readonly body?: z.ZodMiniType;
  readonly bodyContentType?: string;
  readonly isBodyOptional?: boolean;
  readonly answers: Readonly<Record<number, Answer>>;
  readonly codes: readonly ProblemCode[];
  /** Names of files in `test/vectors/`: the first has the example of the request too. */
  readonly examples: readonly string[];
}

/** What any request may be answered. */
const ANY = ["origin-not-allowed", "internal", "misconfigured"] as const;
/** Any with a token. */
export const TOKEN = [
  ...ANY,
  "unauthenticated",
  "forbidden",
  "rate-limited",
  // With `revocations: true`.
  "revoked",
  "ledger-unavailable",
] as const;
/** Any with the token of an admin. */
export const ADMIN = [...ANY, "unauthenticated", "not-admin", "rate-limited"] as const;
export const PUBLIC: readonly ProblemCode[] = ANY;
/** Any with a body. */
export const BODY = ["bad-request", "too-large", "invalid-request"] as const;
/** Any that creates uploads. */
export const GRANT = [
  "invalid-request",
  "policy-not-found",
  "key-outside-prefix",
  "type-not-allowed",
  "size-required",
  "too-large",
  "quota-exceeded",
  "ledger-unavailable",
] as const;
/** Any that asks the store for parts. */
export const STORE = ["store-unavailable", "ledger-unavailable", "upload-expired"] as const;
