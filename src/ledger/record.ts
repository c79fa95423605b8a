/** What a ledger keeps of one upload, and what may become of it. */
import * as z from "zod/mini";
import { uploadClaimsSchema, type UploadClaims } from "../grant/upload-claims.ts";
import { checksumSchema } from "../store/checksum.ts";

export const STATUSES = ["pending", "completed", "rejected", "expired", "aborted"] as const;
export type Status = (typeof STATUSES)[number];

/** What the store has, seen with its own answer to a HEAD; a checksum only where the store vouches for it. */
const verifiedSchema = z.object({
  size: z.int(),
  contentType: z.string(),
  etag: z.string(),
  checksum: z.optional(checksumSchema),
  metadata: z.record(z.string(), z.string()),
});
export type Verified = Readonly<z.output<typeof verifiedSchema>>;

const resultSchema = z.object({
  verified: z.optional(verifiedSchema),
  reasons: z.optional(z.array(z.string())),
});

/** How an upload ends. */
export type Outcome =
  | { readonly status: "completed"; readonly verified: Verified }
  | { readonly status: "rejected"; readonly reasons: readonly string[] }
  | { readonly status: "expired" }
  | { readonly status: "aborted" };

export interface UploadRecord {
  readonly claims: UploadClaims;
  readonly status: Status;
  readonly createdAtMs: number;
  readonly finishedAtMs: number | undefined;
  readonly verified: Verified | undefined;
  readonly reasons: readonly string[] | undefined;
}

export interface Row extends Record<string, SqlStorageValue> {
  readonly claims: string;
  readonly status: Status;
  readonly created_ms: number;
  readonly finished_ms: number | null;
  readonly result: string | null;
}

export const RECORD_COLUMNS = "claims, status, created_ms, finished_ms, result";

/** A row that this ledger wrote, as a record. */
export function toRecord(row: Row): UploadRecord {
  const { verified, reasons } =
    row.result === null ? {} : resultSchema.parse(JSON.parse(row.result));
  return {
    claims: uploadClaimsSchema.parse(JSON.parse(row.claims)),
    status: row.status,
    createdAtMs: row.created_ms,
    finishedAtMs: row.finished_ms ?? undefined,
    verified,
    reasons,
  };
}

/** The `result` column of an outcome. */
export function toResult(outcome: Outcome): string | null {
  if (outcome.status === "completed") return JSON.stringify({ verified: outcome.verified });
  return outcome.status === "rejected" ? JSON.stringify({ reasons: outcome.reasons }) : null;
}
