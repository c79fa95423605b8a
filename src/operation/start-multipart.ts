/** Starts a multipart upload: creates it in the store, once for each upload, and signs the first parts. */
import type { Caller } from "../grant/authenticate.ts";
import { needsPartChecksums } from "../grant/checksum.ts";
import { ticketLifetime } from "../grant/lifetime.ts";
import type { Parts } from "../grant/parts.ts";
import {
  lastArrivalMs,
  type CreatedMultipartClaims,
  type UploadClaims,
} from "../grant/upload-claims.ts";
import { Problem } from "../problem.ts";
import type { Service } from "../service.ts";
import { createMultipart } from "../store/multipart.ts";
import type { Admitted } from "./admit.ts";
import { abortParts } from "./cleanup.ts";
import { locateUpload } from "./locate.ts";
import { openAdmitted, requireMultipart } from "./open-multipart.ts";
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
 * Creates the upload in the store, unless an earlier request with the same Idempotency-Key has, and signs the
 * first `maxTickets` parts. Throws `store-unavailable`, `ledger-unavailable` and `upload-expired`, after an
 * attempt to abort the upload and to release its quota.
 */
export async function startMultipart(
  service: Service,
  admitted: AdmittedMultipart,
  maxTickets: number,
): Promise<StartedMultipart> {
  const { claims } = admitted;
  if (claims.uploadId !== undefined)
    return signFirstParts(service, admitted, { claims: requireMultipart(claims), maxTickets });
  let created: UploadClaims = claims;
  try {
    const { parts, headers } = admitted.grant;
    const { location, writer } = locateUpload(service, claims);
    const uploadId = await createMultipart(location, headers, writer);
    created = { ...claims, size: parts.size, partSize: parts.partSize, uploadId };
    const kept = await keepOne(service, admitted, created);
    return await signFirstParts(service, admitted, { claims: kept, maxTickets });
  } catch (error) {
    await undo(service, admitted.grant.caller, created);
    throw error;
  }
}

/**
 * Writes down what the store has created, and returns it. Of two requests with one Idempotency-Key that create
 * at once, the first one's is kept and returned to both, and the other one's aborted.
 */
async function keepOne(
  service: Service,
  { grant: { caller } }: AdmittedMultipart,
  created: UploadClaims,
): Promise<CreatedMultipartClaims> {
  const ledger = findLedger(service, caller, created);
  if (!ledger || (await ledger.attach(created, lastArrivalMs(created))))
    return requireMultipart(created);
  const record = await ledger.find(created.jti);
  if (record?.status !== "pending")
    throw new Problem("upload-expired", "The upload was aborted while it was created");
  try {
    await abortParts(locateUpload(service, created));
  } catch {
    service.log("undo-failed", { upload: created.jti, store: created.store, failed: 1 });
  }
  return requireMultipart(record.claims);
}

async function signFirstParts(
  service: Service,
  admitted: AdmittedMultipart,
  { claims, maxTickets }: { readonly claims: CreatedMultipartClaims; readonly maxTickets: number },
): Promise<StartedMultipart> {
  const { caller, parts, store, policy, isBackground } = admitted.grant;
  const { uploadId } = claims;
  const upload = openAdmitted(admitted, { uploadId, parts });
  const first = needsPartChecksums(store, claims.checksum)
    ? 0
    : Math.min(maxTickets, parts.partCount);
  const now = new Date(service.now());
  const { writer: signer } = service.signersOf(store);
  const expiresInSeconds = ticketLifetime(policy, { caller, now, isBackground });
  const tickets = await Promise.all(
    Array.from({ length: first }, async (_, index) =>
      signPart(
        upload,
        { partNumber: index + 1, sha256: undefined, expiresInSeconds },
        { signer, now },
      ),
    ),
  );
  return { claims, uploadId, parts, tickets };
}

/** Aborts the parts and releases the reservation, as far as that is possible now. */
async function undo(service: Service, caller: Caller, claims: UploadClaims): Promise<void> {
  const ledger = findLedger(service, caller, claims);
  const [aborted, settled] = await Promise.allSettled([
    abortParts(locateUpload(service, claims)),
    ledger?.undo(claims),
  ]);
  const done: PromiseSettledResult<unknown>[] = [aborted, settled];
  // No ticket of a part has left the Worker, or the store has ended them.
  if (aborted.status === "fulfilled" && settled.status === "fulfilled" && settled.value)
    done.push(...(await Promise.allSettled([ledger?.release(claims.jti)])));
  const failed = done.filter(({ status }) => status === "rejected").length;
  if (failed > 0) service.log("undo-failed", { upload: claims.jti, store: claims.store, failed });
}
