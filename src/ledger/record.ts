/** The record of one upload in a ledger. */
import * as z from "zod/mini";
import { lazy } from "../lazy.ts";
import type { UploadClaims } from "../grant/upload-claims.ts";
import { checksumSchema } from "../store/checksum.ts";

export const STATUSES = ["pending", "completed", "rejected", "expired", "aborted"] as const;
export type Status = (typeof STATUSES)[number];

/** An object as the store's response to HEAD shows it; a checksum only where the store guarantees it. */
export const verifiedSchema = lazy(() =>
  z.object({
    size: z.int(),
    contentType: z.string(),
    etag: z.string(),
    checksum: z.optional(checksumSchema()),
    metadata: z.record(z.string(), z.string()),
  }),
);
export type Verified = Readonly<z.output<ReturnType<typeof verifiedSchema>>>;

/** How an upload ends. */
export type Outcome =
  | { readonly status: "completed"; readonly verified: Verified }
  | { readonly status: "rejected"; readonly reasons: readonly string[] }
  | { readonly status: "expired" | "aborted" };

/** How far the check of a file under quarantine has come, until its upload ends. */
export interface Check {
  readonly sinceMs: number;
  /** How many tries gave no result. */
  readonly tries: number;
}

interface Granted {
  readonly claims: UploadClaims;
  readonly createdAtMs: number;
  readonly check?: Check;
}
interface Finished {
  readonly finishedAtMs: number;
  /** Its bytes and its place still count, as its ticket may still store an object. */
  readonly isReserved?: true;
  /** Its object was deleted by the API: only known under a policy with a quarantine. */
  readonly isDeleted?: true;
}

export type FinishedRecord = Granted & Finished & Outcome;
export type UploadRecord = (Granted & { readonly status: "pending" }) | FinishedRecord;
