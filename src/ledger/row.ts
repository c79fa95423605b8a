/** Reads and writes records as rows of the table `upload`. */
import * as z from "zod/mini";
import { uploadClaimsSchema } from "../grant/upload-claims.ts";
import { verifiedSchema, type Outcome, type Status, type UploadRecord } from "./record.ts";

const completedSchema = z.object({ verified: verifiedSchema });
const rejectedSchema = z.object({ reasons: z.array(z.string()) });

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
  const granted = { claims: uploadClaimsSchema.parse(JSON.parse(claims)), createdAtMs };
  const finished = {
    finishedAtMs: finishedMs ?? createdAtMs,
    ...(reserved > 0 && { isReserved: true as const }),
  };
  switch (status) {
    case "pending":
      return { ...granted, status };
    case "completed":
      return { ...granted, status, ...finished, ...parseResult(completedSchema, result) };
    case "rejected":
      return { ...granted, status, ...finished, ...parseResult(rejectedSchema, result) };
    case "expired":
    case "aborted":
      return { ...granted, status, ...finished };
  }
}

/** Returns the `result` column of an outcome. */
export function toResult(outcome: Outcome): string | null {
  if (outcome.status === "completed") return JSON.stringify({ verified: outcome.verified });
  return outcome.status === "rejected" ? JSON.stringify({ reasons: outcome.reasons }) : null;
}

function parseResult<T>(schema: z.ZodMiniType<T>, result: string | null): T {
  return schema.parse(JSON.parse(result ?? "null"));
}
