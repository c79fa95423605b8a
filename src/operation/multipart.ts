/** Multipart uploads: the Worker creates them, the client sends the parts, and the id is enough to resume. */
import type { Caller } from "../grant/authenticate.ts";
import { needsPartChecksums } from "../grant/checksum.ts";
import { ticketLifetime } from "../grant/lifetime.ts";
import type { Parts } from "../grant/parts.ts";
import {
  lastArrivalMs,
  type CreatedMultipartClaims,
  type UploadClaims,
} from "../grant/upload-claims.ts";
import { Problem, invalidRequest } from "../problem.ts";
import type { Service } from "../service.ts";
import { createMultipart, listParts, type StoredPart } from "../store/multipart.ts";
import type { Admitted } from "./admit.ts";
import { askApp } from "./ask-app.ts";
import { abortParts } from "./cleanup.ts";
import { locateUpload, policyOf } from "./locate.ts";
import { openAdmitted, openPending } from "./open-multipart.ts";
import { findLedger } from "./record.ts";
import { signPart, type PartTicket } from "./ticket.ts";

/** A multipart upload that the store has created, with the tickets of its first parts. */
export interface StartedMultipart {
  readonly claims: CreatedMultipartClaims;
  readonly uploadId: string;
  readonly parts: Parts;
  readonly tickets: readonly PartTicket[];
}

/** An admitted multipart upload. */
export type AdmittedMultipart = Admitted & { readonly grant: { readonly parts: Parts } };

/**
 * Creates the upload in the store, and signs the first `maxTickets` parts. Throws `store-unavailable`,
 * `ledger-unavailable` and `upload-expired`, after an attempt to abort the upload and to release its quota.
 */
export async function startMultipart(
  service: Service,
  admitted: AdmittedMultipart,
  maxTickets: number,
): Promise<StartedMultipart> {
  const { grant, claims: admittedClaims } = admitted;
  const { caller, parts, store } = grant;
  const ledger = findLedger(service, caller, admittedClaims);
  const { location, writer } = locateUpload(service, admittedClaims);
  let claims: UploadClaims = admittedClaims;
  try {
    const uploadId = await createMultipart(location, grant.headers, writer);
    const created = { ...admittedClaims, size: parts.size, partSize: parts.partSize, uploadId };
    claims = created;
    if (ledger && !(await ledger.attach(claims, lastArrivalMs(claims))))
      throw new Problem("upload-expired", "The upload was aborted while it was created");
    const upload = openAdmitted(admitted, { uploadId, parts });
    const first = needsPartChecksums(store, claims.checksum)
      ? 0
      : Math.min(maxTickets, parts.partCount);
    const now = new Date(service.now());
    const options = { signer: writer.signer, now };
    const { policy, isBackground } = grant;
    const expiresInSeconds = ticketLifetime(policy, { caller, now, isBackground });
    const tickets = await Promise.all(
      Array.from({ length: first }, async (_, index) =>
        signPart(upload, { partNumber: index + 1, sha256: undefined, expiresInSeconds }, options),
      ),
    );
    return { claims: created, uploadId, parts, tickets };
  } catch (error) {
    await undo(service, caller, claims);
    throw error;
  }
}

/** Aborts the parts and releases the reservation, as far as that is possible now. */
async function undo(service: Service, caller: Caller, claims: UploadClaims): Promise<void> {
  const ledger = findLedger(service, caller, claims);
  const [aborted, settled] = await Promise.allSettled([
    abortParts(locateUpload(service, claims)),
    ledger?.settle(claims.jti, { status: "aborted" }),
  ]);
  const done: PromiseSettledResult<unknown>[] = [aborted, settled];
  // No ticket of a part has left the Worker, or the store has ended them.
  if (aborted.status === "fulfilled")
    done.push(...(await Promise.allSettled([ledger?.release(claims.jti)])));
  const failed = done.filter(({ status }) => status === "rejected").length;
  if (failed > 0) service.log("undo-failed", { upload: claims.jti, store: claims.store, failed });
}

/** One part to be signed. */
export interface PartIntent {
  readonly partNumber: number;
  /** In base64, where the upload has a checksum of its parts. */
  readonly sha256?: string | undefined;
  /** With the longer lifetime of background tickets. */
  readonly isBackground?: boolean | undefined;
}

/**
 * Signs parts of a pending upload, also again. Throws `upload-not-found`, `upload-expired`,
 * `already-completed` and `invalid-request`.
 */
export async function signParts(
  service: Service,
  owner: Caller,
  id: string,
  intents: readonly PartIntent[],
): Promise<readonly PartTicket[]> {
  const upload = await openPending(service, owner, await service.uploadIds.open(id, owner));
  const { claims, location, parts, writer } = upload;
  const question = { action: "parts", policy: claims.policy, key: claims.key } as const;
  const caller = await askApp(service, owner, question);
  const policy = policyOf(service, claims);
  const isRequired = needsPartChecksums(location.store, claims.checksum);
  for (const [index, intent] of intents.entries()) {
    checkPart(intent, { index, partCount: parts.partCount, isChecksumRequired: isRequired });
  }
  const now = new Date(service.now());
  const options = { signer: writer.signer, now };
  return Promise.all(
    intents.map(async ({ partNumber, sha256, isBackground }) => {
      const expiresInSeconds = ticketLifetime(policy, { caller, now, isBackground });
      return signPart(upload, { partNumber, sha256, expiresInSeconds }, options);
    }),
  );
}

function checkPart(
  { partNumber, sha256 }: PartIntent,
  {
    index,
    partCount,
    isChecksumRequired,
  }: {
    readonly index: number;
    readonly partCount: number;
    readonly isChecksumRequired: boolean;
  },
): void {
  if (partNumber > partCount) {
    const detail = `must be at most ${partCount}, the number of parts`;
    throw invalidRequest({ pointer: `/partNumbers/${index}`, detail });
  }
  if (isChecksumRequired !== (sha256 !== undefined)) {
    const detail = isChecksumRequired
      ? "is required for each part: the upload has a checksum of its parts"
      : "is not allowed: the upload has no checksum of its parts";
    throw invalidRequest({ pointer: `/checksums/${partNumber}`, detail });
  }
}

/** What a client needs to resume an upload. */
export interface Progress {
  readonly claims: CreatedMultipartClaims;
  readonly uploadId: string;
  readonly parts: Parts;
  /** The parts in the store; `undefined` where the store cannot list them. */
  readonly stored: readonly StoredPart[] | undefined;
}

/** Lists the parts of a pending upload. Throws as `signParts` does, and `store-unavailable`. */
export async function findProgress(
  service: Service,
  caller: Caller,
  id: string,
): Promise<Progress> {
  const upload = await openPending(service, caller, await service.uploadIds.open(id, caller));
  const { claims, location, uploadId, parts, writer } = upload;
  const stored = await listParts(location, uploadId, writer);
  if (stored !== "not-found") return { claims, uploadId, parts, stored };
  throw new Problem(
    "upload-expired",
    "The store no longer has this multipart upload: complete it, or create a new upload",
  );
}
