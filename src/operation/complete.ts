/** Completes an upload after its PUT: asks the store, compares with the grant, and signs a receipt. */
import type { Caller } from "../grant/authenticate.ts";
import { lastArrivalMs, type UploadClaims } from "../grant/upload-claims.ts";
import type { Ledger } from "../ledger/client.ts";
import type { Outcome, UploadRecord, Verified } from "../ledger/record.ts";
import { describeError } from "../log.ts";
import { Problem } from "../problem.ts";
import type { Service } from "../service.ts";
import type { NamedPart } from "../store/multipart.ts";
import { objectUrl } from "../store/store.ts";
import { tellCompleted } from "./ask-app.ts";
import { cleanUp } from "./cleanup.ts";
import { endTicket } from "./end-ticket.ts";
import { completeParts, type CompletedParts } from "./complete-parts.ts";
import { locateUpload, type LocatedUpload } from "./locate.ts";
import { requireMultipart } from "./open-multipart.ts";
import { findLedger, requireRecord, refuseOld } from "./record.ts";
import { publicUrlOf } from "./public-url.ts";
import { verifyUpload } from "./verify.ts";

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
}

/** A completed upload before its receipt is signed. */
type Completed = Pick<CompletedUpload, "claims" | "verified" | "completedAtMs" | "isListed">;

/**
 * Completes an upload, or returns the completed one again. Throws `upload-not-found`, `upload-expired`,
 * `verification-failed`, `already-exists`, `invalid-request`, `store-unavailable` and
 * `ledger-unavailable`. None of them ends the upload but a `verification-failed` that says "rejected".
 */
export async function completeUpload(
  service: Service,
  caller: Caller,
  { id, etag, parts }: CompletionRequest,
): Promise<CompletedUpload> {
  const claims = await service.uploadIds.open(id, caller);
  const ledger = findLedger(service, caller, claims);
  const record = ledger && (await requireRecord(ledger, claims));
  const earlier = record && completedOf(record);
  if (earlier) return withReceipt(service, earlier);

  const upload = locateUpload(service, claims);
  const completed = await completeIfMultipart(service, upload, parts);
  const outcome = await verifyUpload(upload);
  if (!outcome) throw notArrived(claims, completed?.isOver ?? service.now() >= claims.exp * 1000);
  requireEtag(outcome, etag);
  const settled = ledger
    ? ((await ledger.settle(claims.jti, outcome)) ?? refuseOld())
    : recordWithoutLedger(claims, outcome, service.now());
  // The record decides: another request may have completed or aborted the upload meanwhile.
  if (settled.status === "rejected" || settled.status === "aborted")
    await tryCleanUp(service, ledger, upload);
  const final = completedOf(settled);
  if (!final) throw new TypeError("Cannot complete the upload: its record is still pending");
  return withReceipt(service, { ...final, isListed: completed?.isListed });
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
      const detail = `Send the file again with a new ticket: ${record.reasons.join("; ")}`;
      throw new Problem("verification-failed", detail, { extras: { upload: "rejected" } });
    }
    case "pending":
    case "expired":
      return undefined;
  }
}

async function withReceipt(service: Service, completed: Completed): Promise<CompletedUpload> {
  const { claims, verified } = completed;
  const bucket = service.stores.get(claims.store)?.bucket ?? "";
  const receipt = await service.receipts.sign(claims, { bucket, ...verified }, service.now());
  const url = service.stores.has(claims.store)
    ? objectUrl(locateUpload(service, claims).location)
    : "";
  const publicUrl = publicUrlOf(service, claims, verified);
  const upload = { ...completed, bucket, url, publicUrl, receipt };
  tellCompleted(service, upload);
  return upload;
}

function recordWithoutLedger(claims: UploadClaims, outcome: Outcome, nowMs: number): UploadRecord {
  return { claims, createdAtMs: claims.iat * 1000, finishedAtMs: nowMs, ...outcome };
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

/** Throws for another ETag than the store's. The object stays: the ETag of a client proves nothing against it. */
function requireEtag(outcome: Outcome, etag: string | undefined): void {
  if (outcome.status !== "completed" || etag === undefined) return;
  if (etag.replaceAll('"', "") === outcome.verified.etag) return;
  const detail = "The store has an object with another ETag than yours";
  throw new Problem("verification-failed", detail, { extras: { upload: "pending" } });
}

/** The alarm of a ledger tries again later. Without a ledger, lifecycle rules of the store remain. */
async function tryCleanUp(
  service: Service,
  ledger: Ledger | undefined,
  upload: LocatedUpload,
): Promise<void> {
  try {
    if (ledger) await endTicket(service, ledger, upload);
    // Without a record an old upload may have been completed before: then nothing is deleted.
    else if (service.now() < lastArrivalMs(upload.claims)) await cleanUp(upload, service.log);
  } catch (error) {
    const reason = describeError(error);
    service.log("cleanup-failed", { upload: upload.claims.jti, reason });
  }
}
