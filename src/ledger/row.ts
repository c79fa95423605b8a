/** Reads and writes records as rows of the table `upload`. */
import * as z from "zod/mini";
import { lazy } from "../lazy.ts";
import { digestMetadata } from "../grant/metadata.ts";
import { uploadClaimsSchema, type UploadClaims } from "../grant/upload-claims.ts";
import {
  verifiedSchema,
  type Check,
  type Outcome,
  type Status,
  type UploadRecord,
  type Verified,
} from "./record.ts";

const completedSchema = lazy(() =>
  z.object({ verified: verifiedSchema(), isDeleted: z.optional(z.literal(true)) }),
);
const checkSchema = lazy(() => z.object({ sinceMs: z.int(), tries: z._default(z.int(), 0) }));
const rejectedSchema = lazy(() => z.object({ reasons: z.array(z.string()) }));

export interface Row extends Record<string, SqlStorageValue> {
  readonly claims: string;
  readonly status: Status;
  readonly created_ms: number;
  readonly finished_ms: number | null;
  readonly result: string | null;
  readonly reserved: number;
}

export const RECORD_COLUMNS = "claims, status, created_ms, finished_ms, result, reserved";

/** Returns a row as a record. Throws for a row that this ledger cannot have written. */
export function toRecord({
  claims,
  status,
  created_ms: createdAtMs,
  finished_ms: finishedMs,
  result,
  reserved,
}: Row): UploadRecord {
  const granted = { claims: uploadClaimsSchema().parse(JSON.parse(claims)), createdAtMs };
  const finished = {
    finishedAtMs: finishedMs ?? createdAtMs,
    ...(reserved > 0 && { isReserved: true as const }),
  };
  switch (status) {
    case "pending":
      return { ...granted, status, ...readCheck(result) };
    case "completed": {
      const { verified, isDeleted } = parseResult(completedSchema(), result);
      return {
        ...granted,
        status,
        ...finished,
        verified: withGranted(verified, granted.claims),
        ...(isDeleted && { isDeleted }),
      };
    }
    case "rejected":
      return { ...granted, status, ...finished, ...parseResult(rejectedSchema(), result) };
    case "expired":
      return { ...granted, status, ...finished, ...readCheck(result) };
    case "aborted":
      return { ...granted, status, ...finished };
  }
}

/** Leaves metadata out that nobody is known to have granted: release 0.1.0 wrote down what the store had. */
function withGranted(verified: Verified, { metadata }: UploadClaims): Verified {
  return digestMetadata(verified.metadata) === metadata ? verified : { ...verified, metadata: {} };
}

/** Returns the `result` column of an outcome. */
export function toResult(outcome: Outcome): string | null {
  if (outcome.status === "completed") return JSON.stringify({ verified: outcome.verified });
  return outcome.status === "rejected" ? JSON.stringify({ reasons: outcome.reasons }) : null;
}

/** A promotion of an earlier release has not written down when it began. */
function readCheck(result: string | null): { readonly check?: Check } {
  if (result === null) return {};
  const { data: check } = checkSchema().safeParse(JSON.parse(result));
  return check ? { check } : {};
}

function parseResult<T>(schema: z.ZodMiniType<T>, result: string | null): T {
  return schema.parse(JSON.parse(result ?? "null"));
}
