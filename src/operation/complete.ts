/** Completes an upload after its PUT: asks the store, compares with the grant, and signs a receipt. */
import type { Caller } from "../grant/authenticate.ts";
import type { UploadClaims } from "../grant/upload-claims.ts";
import type { UploadRecord, Verified } from "../ledger/record.ts";
import { Problem } from "../problem.ts";
import type { Service } from "../service.ts";
import type { NamedPart } from "../store/multipart.ts";
import { objectUrl } from "../store/store.ts";
import { tellCompleted } from "./ask-app.ts";
import { completeParts, type CompletedParts } from "./complete-parts.ts";
import { finalLocation, locateUpload, type LocatedUpload } from "./locate.ts";
import { requireMultipart } from "./open-multipart.ts";
import { promoteInTime, type Later, type Waiting } from "./promote-in-time.ts";
import { findLedger, requireRecord } from "./record.ts";
import { publicUrlOf } from "./public-url.ts";
import { settleFound } from "./settle-found.ts";
import { requireEtag, verifyUpload } from "./verify.ts";

/** A verified upload. */
export interface CompletedUpload {
  readonly claims: UploadClaims;
  readonly verified: Verified;
  readonly completedAtMs: number;
  /** For a multipart upload: whether the store itself listed the parts. */
  readonly isListed: boolean | undefined;
  readonly bucket: string;
  /** The unsigned URL of the object. */
  readonly url: string;
  /** Where anybody reads the object, if its store has a `publicBaseUrl`. */
  readonly publicUrl: string | undefined;
  readonly receipt: string;
}

interface CompletionRequest {
  readonly id: string;
  /** The ETag that the client received for its PUT, if it sends one. */
  readonly etag?: string | undefined;
  /** The ETags of the parts: needed only where the store cannot list them. */
  readonly parts?: readonly NamedPart[] | undefined;
  /** How long a promotion may take before the client is told to ask again. */
  readonly patienceMs?: number;
}

/** An upload whose file is still being checked. */
export interface UnfinishedUpload
  extends Later, Pick<CompletedUpload, "claims" | "bucket" | "url"> {}

/** How long a client waits for a file to be checked and promoted. */
export const PATIENCE_MS = 10_000;

/** A completed upload before its receipt is signed. */
type Completed = Pick<CompletedUpload, "claims" | "verified" | "completedAtMs" | "isListed">;

/**
 * Completes an upload, or returns the completed one again; an unfinished one where its file takes longer to be
 * checked. Throws `upload-not-found`, `upload-expired`,
 * `verification-failed`, `already-exists`, `invalid-request`, `store-unavailable` and
 * `ledger-unavailable`. None of them ends the upload but a `verification-failed` that says "rejected".
 */
export async function completeUpload(
  service: Service,
  caller: Caller,
  { id, etag, parts, patienceMs = PATIENCE_MS }: CompletionRequest,
): Promise<CompletedUpload | UnfinishedUpload> {
  const claims = await service.uploadIds.open(id, caller);
  const ledger = findLedger(service, caller, claims);
  const record = ledger && (await requireRecord(ledger, claims));
  const earlier = record && completedOf(record);
  if (earlier) return withReceipt(service, earlier);

  const upload = locateUpload(service, claims);
  const completed = await completeIfMultipart(service, upload, parts);
  const settled = await settleArrived(service, upload, { ledger, etag, patienceMs });
  if (!settled) throw notArrived(claims, completed?.isOver ?? service.now() >= claims.exp * 1000);
  if ("retryAfterSeconds" in settled) return { claims, ...addressOf(service, claims), ...settled };
  const final = completedOf(settled);
  if (!final) throw new TypeError("Cannot complete the upload: its record is still pending");
  return withReceipt(service, { ...final, isListed: completed?.isListed });
}

/** Returns the settled record; `undefined` where no file has arrived. Under a policy with a quarantine it may take longer. */
async function settleArrived(
  service: Service,
  upload: LocatedUpload,
  waiting: Waiting,
): Promise<UploadRecord | Later | undefined> {
  if (upload.claims.pendingKey !== undefined) return promoteInTime(service, upload, waiting);
  const outcome = await verifyUpload(upload);
  if (!outcome) return undefined;
  requireEtag(outcome, waiting.etag);
  return settleFound(service, waiting.ledger, upload, outcome);
}

async function completeIfMultipart(
  service: Service,
  upload: LocatedUpload,
  parts: readonly NamedPart[] | undefined,
): Promise<CompletedParts | undefined> {
  if (upload.claims.uploadId === undefined) return undefined;
  return completeParts(service, { ...upload, claims: requireMultipart(upload.claims) }, parts);
}

/**
 * Returns a completed upload, and `undefined` for one that may still be completed. Throws
 * `upload-expired` for an aborted one and `verification-failed` for a rejected one.
 */
function completedOf(record: UploadRecord): Completed | undefined {
  switch (record.status) {
    case "completed": {
      const { claims, verified, finishedAtMs } = record;
      return { claims, verified, completedAtMs: finishedAtMs, isListed: undefined };
    }
    case "aborted":
      throw new Problem("upload-expired", "The upload was aborted: create a new one");
    case "rejected": {
      const detail = `The upload was rejected, and needs a new ticket: ${record.reasons.join("; ")}`;
      throw new Problem("verification-failed", detail, { extras: { upload: "rejected" } });
    }
    case "pending":
    case "expired":
      return undefined;
  }
}

async function withReceipt(service: Service, completed: Completed): Promise<CompletedUpload> {
  const { claims, verified } = completed;
  const { bucket, url } = addressOf(service, claims);
  const receipt = await service.receipts.sign(claims, { bucket, ...verified }, service.now());
  const publicUrl = publicUrlOf(service, claims, verified);
  const upload = { ...completed, bucket, url, publicUrl, receipt };
  tellCompleted(service, upload);
  return upload;
}

/** Of a store that is no longer configured both are empty. */
function addressOf(
  service: Service,
  claims: UploadClaims,
): Pick<CompletedUpload, "bucket" | "url"> {
  const store = service.stores.get(claims.store);
  if (!store) return { bucket: "", url: "" };
  const url = objectUrl(finalLocation(locateUpload(service, claims)));
  return { bucket: store.bucket, url };
}

function notArrived({ uploadId }: UploadClaims, isOver: boolean): Problem {
  if (isOver) {
    const reason =
      uploadId === undefined
        ? "The ticket expired before the file arrived"
        : "The multipart upload was aborted";
    return new Problem("upload-expired", `${reason}: create a new upload`);
  }
  const detail = "Send the file first: the store has no object under this key yet";
  return new Problem("verification-failed", detail, { extras: { upload: "pending" } });
}
