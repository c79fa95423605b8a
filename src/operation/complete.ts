/** After the PUT: what the store has, compared with what was granted, and said with a receipt. */
import { GRACE_SECONDS } from "./admit.ts";
import type { Caller } from "../grant/authenticate.ts";
import type { UploadClaims } from "../grant/upload-claims.ts";
import type { Outcome, UploadRecord, Verified } from "../ledger/record.ts";
import { Problem } from "../problem.ts";
import type { Service } from "../service.ts";
import type { NamedPart } from "../store/multipart.ts";
import { assemble } from "./assemble.ts";
import { inspect, sweep } from "./cleanup.ts";
import { findRecord, ledgerFor, ownsKey, settleIn } from "./ledger.ts";
import { orStoreUnavailable } from "./locate.ts";

/** An upload that is in the store as it was granted. */
export interface Completed {
  readonly claims: UploadClaims;
  readonly verified: Verified;
  readonly completedAtMs: number;
  /** For parts: whether the store itself listed what was put together. */
  readonly isListed?: boolean | undefined;
}

interface Completion {
  readonly id: string;
  /** What the store answered to the client's PUT, if it says. */
  readonly etag: string | undefined;
  /** What it answered to the PUTs of the parts: needed only where the store cannot list them. */
  readonly parts: readonly NamedPart[] | undefined;
}

/**
 * Idempotent. Throws `upload-not-found`, `upload-expired`, `verification-failed`, `store-unavailable`;
 * after the last one, and while nothing has arrived, the upload is still pending.
 */
export async function completeUpload(
  service: Service,
  caller: Caller,
  { id, etag, parts }: Completion,
): Promise<Completed> {
  const claims = await service.uploadIds.open(id, caller);
  const ledger = ledgerFor(service, caller, claims);
  const record = ledger && (await findRecord(ledger, claims));
  const ended = record && endOf(record);
  if (ended) return ended;

  const assembled =
    claims.uploadId === undefined ? undefined : await assemble(service, claims, parts);
  const outcome = await orStoreUnavailable(async () => inspect(service, claims));
  if (!outcome) throw notThere(claims, assembled?.isGone ?? service.now() >= claims.exp * 1000);
  requireEtag(outcome, etag);
  const settled = ledger
    ? await settleIn(ledger, claims, outcome)
    : toRecord(claims, outcome, service.now());
  // What counts is how it was settled: another request may have completed or aborted it meanwhile.
  const isOver = settled?.status === "rejected" || settled?.status === "aborted";
  // Without a record nobody knows whether it was completed before: nothing is touched once it is old.
  const isTouchable = ledger !== undefined || service.now() < (claims.exp + GRACE_SECONDS) * 1000;
  if (isOver && isTouchable && (await ownsKey(ledger, claims))) await sweepQuietly(service, claims);
  const completed = settled && endOf(settled);
  if (completed) return { ...completed, isListed: assembled?.isListed };
  throw new TypeError("Cannot complete the upload: its ledger has no end for it");
}

/** The completed upload of an ended record; `undefined` while it may still become one. */
function endOf({
  claims,
  status,
  verified,
  reasons,
  finishedAtMs,
}: UploadRecord): Completed | undefined {
  if (status === "completed" && verified)
    return { claims, verified, completedAtMs: finishedAtMs ?? 0 };
  if (status === "aborted")
    throw new Problem("upload-expired", "The upload was aborted: ask for a new ticket");
  if (status !== "rejected") return undefined;
  const detail = `Send the file again with a new ticket: ${(reasons ?? []).join("; ")}`;
  throw new Problem("verification-failed", detail, { extras: { upload: "rejected" } });
}

function toRecord(claims: UploadClaims, outcome: Outcome, nowMs: number): UploadRecord {
  return {
    claims,
    status: outcome.status,
    createdAtMs: claims.iat * 1000,
    finishedAtMs: nowMs,
    verified: outcome.status === "completed" ? outcome.verified : undefined,
    reasons: outcome.status === "rejected" ? outcome.reasons : undefined,
  };
}

function notThere({ uploadId }: UploadClaims, isOver: boolean): Problem {
  if (isOver) {
    const what =
      uploadId === undefined
        ? "The ticket expired before the file arrived"
        : "The parts were aborted";
    return new Problem("upload-expired", `${what}: ask for a new ticket`);
  }
  const detail = "Send the file first: the store has nothing under this key yet";
  return new Problem("verification-failed", detail, { extras: { upload: "pending" } });
}

/** The ETag that the client saw must be the store's. It proves nothing against the object, which stays. */
function requireEtag(outcome: Outcome, etag: string | undefined): void {
  if (outcome.status !== "completed" || etag === undefined) return;
  if (etag.replaceAll('"', "") === outcome.verified.etag) return;
  const detail = "The store has an object with another ETag than yours";
  throw new Problem("verification-failed", detail, { extras: { upload: "pending" } });
}

/** The alarm of a ledger would do it later; without one, what stays is for the store's own rules. */
async function sweepQuietly(service: Service, claims: UploadClaims): Promise<void> {
  try {
    await sweep(service, claims);
  } catch (error) {
    service.log("sweep-failed", {
      upload: claims.jti,
      reason: error instanceof Error ? error.message : String(error),
    });
  }
}
