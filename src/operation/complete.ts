/** After the PUT: what the store has, compared with what was granted, and said with a receipt. */
import { ledgerUnavailable } from "../grant/admit.ts";
import type { Caller } from "../grant/authenticate.ts";
import type { UploadClaims } from "../grant/claims.ts";
import type { LedgerApi } from "../ledger/ledger.ts";
import type { Outcome, UploadRecord, Verified } from "../ledger/record.ts";
import { Problem } from "../problem.ts";
import type { Service } from "../service.ts";
import { StoreUnavailable } from "../store/s3.ts";
import { inspect, sweep } from "./inspect.ts";

/** An upload that is in the store as it was granted. */
export interface Completed {
  readonly claims: UploadClaims;
  readonly verified: Verified;
  readonly completedAtMs: number;
}

interface Completion {
  readonly id: string;
  /** What the store answered to the client's PUT, if it says. */
  readonly etag: string | undefined;
}

/**
 * Idempotent. Throws `upload-not-found`, `upload-expired`, `verification-failed`, `store-unavailable`;
 * after the last one, and while nothing has arrived, the upload is still pending.
 */
export async function completeUpload(
  service: Service,
  caller: Caller,
  { id, etag }: Completion,
): Promise<Completed> {
  const claims = await service.uploadIds.open(id, caller);
  const ledger = ledgerFor(service, caller, claims);
  const record = ledger && (await findRecord(ledger, claims));
  const ended = record && endOf(record);
  if (ended) return ended;

  const outcome = await ask(service, claims);
  if (!outcome) throw notThere(claims, service.now());
  const checked = checkEtag(outcome, etag);
  const nowMs = service.now();
  const settled = ledger
    ? await settleIn(ledger, claims, checked)
    : toRecord(claims, checked, nowMs);
  if (checked.status === "rejected") await sweepQuietly(service, claims);
  const completed = settled && endOf(settled);
  if (completed) return completed;
  throw new TypeError("Cannot complete the upload: its ledger has no end for it");
}

/** The ledger of the caller, where the upload's policy has one. */
export function ledgerFor(
  service: Service,
  caller: Caller,
  { policy }: UploadClaims,
): LedgerApi | undefined {
  return service.config.policies.get(policy)?.quota && service.ledgerOf(caller);
}

/** The ledger's record. Throws `upload-not-found`, and `ledger-unavailable`. */
export async function findRecord(ledger: LedgerApi, { jti }: UploadClaims): Promise<UploadRecord> {
  const record = await orUnavailable(async () => ledger.find(jti));
  if (record) return record;
  throw new Problem("upload-not-found", "The upload is over, and its record is no longer kept");
}

/** The record after the change. Throws `ledger-unavailable`. */
export async function settleIn(
  ledger: LedgerApi,
  { jti }: UploadClaims,
  outcome: Outcome,
): Promise<UploadRecord | undefined> {
  return orUnavailable(async () => ledger.settle(jti, outcome));
}

/** What comes of a call to the ledger. Throws `ledger-unavailable`. */
export async function orUnavailable<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw ledgerUnavailable(cause);
  }
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
  throw new Problem(
    "verification-failed",
    `Send the file again with a new ticket: ${(reasons ?? []).join("; ")}`,
  );
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

async function ask(service: Service, claims: UploadClaims): Promise<Outcome | undefined> {
  try {
    return await inspect(service, claims);
  } catch (cause) {
    if (!(cause instanceof StoreUnavailable)) throw cause;
    throw new Problem(
      "store-unavailable",
      "Try again: the store did not answer, and the upload is still pending",
      { cause },
    );
  }
}

function notThere({ exp }: UploadClaims, nowMs: number): Problem {
  return nowMs >= exp * 1000
    ? new Problem("upload-expired", "The ticket expired before the file arrived: ask for a new one")
    : new Problem(
        "verification-failed",
        "Send the file first: the store has nothing under this key yet",
      );
}

/** The ETag that the client saw must be the store's: another one is another object. */
function checkEtag(outcome: Outcome, etag: string | undefined): Outcome {
  if (outcome.status !== "completed" || etag === undefined) return outcome;
  if (etag.replaceAll('"', "") === outcome.verified.etag) return outcome;
  return {
    status: "rejected",
    reasons: ["etag: the store has another object than the client sent"],
  };
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
