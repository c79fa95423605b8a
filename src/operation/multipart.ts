/** Uploads in parts: begun by the Worker, sent by the client, resumed by whoever has the id. */
import type { Store } from "../config/config.ts";
import { GRACE_SECONDS, type Admitted } from "./admit.ts";
import type { Caller } from "../grant/authenticate.ts";
import { needsPartChecksums } from "../grant/checksum.ts";
import type { UploadClaims } from "../grant/upload-claims.ts";
import { lifeOf } from "../grant/lifetime.ts";
import { partsOf, sizeOfPart, type Parts } from "../grant/parts.ts";
import type { LedgerApi } from "../ledger/durable-object.ts";
import type { UploadRecord } from "../ledger/record.ts";
import { Problem, invalidRequest } from "../problem.ts";
import type { Service } from "../service.ts";
import { createMultipart, listParts, type StoredPart } from "../store/multipart.ts";
import { signPart, type PartTicket } from "./ticket.ts";
import { abandon } from "./cleanup.ts";
import { findRecord, ledgerFor, orUnavailable, settleIn } from "./ledger.ts";
import { askingOf, locate, orStoreUnavailable, policyOf } from "./locate.ts";

/** An upload in parts, from what its id says. */
export interface InParts {
  readonly claims: UploadClaims;
  readonly uploadId: string;
  readonly size: number;
  readonly parts: Parts;
}

export interface BegunMultipart extends InParts {
  readonly tickets: readonly PartTicket[];
}

/** Begins it in the store, and signs the first window. Throws `store-unavailable`; then nothing is reserved. */
export async function beginMultipart(
  service: Service,
  caller: Caller,
  admitted: Admitted,
  window: number,
): Promise<BegunMultipart> {
  const { grant, claims } = admitted;
  const ledger = ledgerFor(service, caller, claims);
  const location = locate(service, claims);
  const { writer } = askingOf(service, grant.store);
  const dueAtMs = (claims.exp + GRACE_SECONDS) * 1000;
  let begun: UploadClaims = claims;
  try {
    const uploadId = await orStoreUnavailable(async () =>
      createMultipart(location, grant.headers, writer),
    );
    begun = { ...claims, uploadId };
    if (ledger && !(await orUnavailable(async () => ledger.attach(begun, dueAtMs)))) {
      throw new Problem("upload-expired", "The upload was aborted while it began");
    }
    const upload = toParts(begun);
    const isWaiting = needsPartChecksums(grant.store, begun.checksum);
    const first = Math.min(window, isWaiting ? 0 : upload.parts.partCount);
    const { isBackground } = grant;
    const intents = Array.from({ length: first }, (_, index) => ({
      partNumber: index + 1,
      isBackground,
    }));
    return { ...upload, tickets: await signWindow(service, upload, intents) };
  } catch (error) {
    await undo(service, begun, ledger);
    throw error;
  }
}

/** What was begun is forgotten, and its bytes are released, as far as that can be done now. */
async function undo(
  service: Service,
  begun: UploadClaims,
  ledger: LedgerApi | undefined,
): Promise<void> {
  const done = await Promise.allSettled([
    abandon(service, begun),
    ledger && settleIn(ledger, begun, { status: "aborted" }),
  ]);
  const failed = done.filter(({ status }) => status === "rejected").length;
  if (failed > 0) service.log("undo-failed", { upload: begun.jti, store: begun.store, failed });
}

/** One part to be signed; its SHA-256 where the upload was granted with that. */
export interface PartIntent {
  readonly partNumber: number;
  readonly sha256?: string | undefined;
  /** With the longer life of tickets for the background. */
  readonly isBackground?: boolean | undefined;
}

/** Signs a window anew, while the upload is pending. Throws `upload-not-found`, `upload-expired`, `already-completed`. */
export async function signParts(
  service: Service,
  caller: Caller,
  id: string,
  intents: readonly PartIntent[],
): Promise<readonly PartTicket[]> {
  const upload = toParts(await service.uploadIds.open(id, caller));
  await requirePending(service, caller, upload.claims);
  const isDemanded = needsPartChecksums(storeOf(service, upload.claims), upload.claims.checksum);
  for (const [index, { partNumber, sha256 }] of intents.entries()) {
    if (partNumber > upload.parts.partCount) {
      const detail = `must be at most ${upload.parts.partCount}, the number of parts`;
      throw invalidRequest({ pointer: `/partNumbers/${index}`, detail });
    }
    if (isDemanded !== (sha256 !== undefined)) {
      const detail = isDemanded
        ? "is required for each part: the upload has a checksum of its parts"
        : "is not possible for this upload";
      throw invalidRequest({ pointer: `/checksums/${partNumber}`, detail });
    }
  }
  return signWindow(service, upload, intents);
}

/** What the store has, and what it lacks; `stored` is `undefined` where it cannot list. */
export interface Progress extends InParts {
  readonly stored: readonly StoredPart[] | undefined;
}

/** All that a client needs to go on. Throws as `signParts` does, and `store-unavailable`. */
export async function findProgress(
  service: Service,
  caller: Caller,
  id: string,
): Promise<Progress> {
  const upload = toParts(await service.uploadIds.open(id, caller));
  await requirePending(service, caller, upload.claims);
  const location = locate(service, upload.claims);
  const { writer } = askingOf(service, location.store);
  const stored = await orStoreUnavailable(async () => listParts(location, upload.uploadId, writer));
  if (stored !== "gone") return { ...upload, stored };
  throw new Problem(
    "upload-expired",
    "The store has no such upload any more: complete it, or ask for a new one",
  );
}

/** The claims as an upload in parts. Throws `invalid-request` for one in a single PUT. */
export function toParts(claims: UploadClaims): InParts {
  const { uploadId, size, partSize } = claims;
  if (uploadId !== undefined && size !== undefined && partSize !== undefined) {
    return { claims, uploadId, size, parts: partsOf(size, partSize) };
  }
  throw new Problem("invalid-request", "This upload is a single PUT: it has no parts");
}

async function signWindow(
  service: Service,
  upload: InParts,
  intents: readonly PartIntent[],
): Promise<readonly PartTicket[]> {
  const { claims, uploadId, size, parts } = upload;
  const store = storeOf(service, claims);
  const { writer: signer } = service.signersOf(store);
  const policy = policyOf(service, claims);
  const now = new Date(service.now());
  return Promise.all(
    intents.map(async ({ partNumber, sha256, isBackground }) =>
      signPart(
        {
          location: locate(service, claims),
          uploadId,
          partNumber,
          bytes: sizeOfPart(size, parts, partNumber),
          sha256,
        },
        { signer, now, expiresInSeconds: lifeOf(policy, isBackground) },
      ),
    ),
  );
}

function storeOf(service: Service, claims: UploadClaims): Store {
  return locate(service, claims).store;
}

async function requirePending(
  service: Service,
  caller: Caller,
  claims: UploadClaims,
): Promise<void> {
  policyOf(service, claims);
  const ledger = ledgerFor(service, caller, claims);
  const record: Pick<UploadRecord, "status"> = ledger
    ? await findRecord(ledger, claims)
    : { status: "pending" };
  if (record.status === "completed")
    throw new Problem("already-completed", "The upload is completed: it has no parts to send");
  if (record.status === "pending" && service.now() < claims.exp * 1000) return;
  throw new Problem(
    "upload-expired",
    `The upload is ${record.status === "pending" ? "expired" : record.status}: ask for a new one`,
  );
}
