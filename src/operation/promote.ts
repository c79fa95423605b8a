/**
 * Promotes a file out of its quarantine: checks it, copies it to its final key, deletes the pending one. Nothing is
 * kept between the steps but what the store has, so that it goes on after an interruption: docs/quarantine.md.
 */
import type { Policy } from "../config/config.ts";
import { START_BYTES, contentError } from "../content/check.ts";
import type { Promotion, PromotionGate } from "../ledger/promotion.ts";
import type { Outcome, UploadRecord } from "../ledger/record.ts";
import type { Service } from "../service.ts";
import { copyTimeoutMs } from "../store/copy.ts";
import { deleteObject, headObject, type StoredObject } from "../store/object.ts";
import { readStart } from "../store/request.ts";
import { removeFinal } from "./cleanup.ts";
import { copyToFinal } from "./copy-to-final.ts";
import { finalLocation, type LocatedUpload } from "./locate.ts";
import { NoVerdict, scan } from "./scan.ts";
import { compareObject, requireEtag } from "./verify.ts";

type Completed = Extract<Outcome, { status: "completed" }>;

/** More than the store and the scanner may take before the copy, and after it. */
const CHECK_MS = 90_000;

interface PromotionRequest {
  readonly gate: PromotionGate;
  /** The ETag that the client received for its PUT, if it sends one. */
  readonly etag?: string | undefined;
}

/**
 * Returns what is to be settled. Of two promotions of one upload only one goes on. Throws `StoreUnavailable`,
 * `ledger-unavailable`, and `verification-failed` for another ETag than the client's.
 */
export async function promote(
  service: Service,
  upload: LocatedUpload,
  request: PromotionRequest,
): Promise<Promotion> {
  const { gate } = request;
  const held = await gate.hold(CHECK_MS);
  if (!held?.isHeld) return notHeld(held?.record);
  try {
    const promotion = await checkAndCopy(service, upload, request);
    // What is to be settled ends with that: until then no other one begins.
    const isOver = promotion.kind === "nothing";
    if (isOver || promotion.kind === "later") await gate.letGo(isOver);
    return promotion;
  } catch (error) {
    await gate.letGo(false).catch(() => undefined);
    throw error;
  }
}

function notHeld(record: UploadRecord | undefined): Promotion {
  const isOpen = record?.status === "pending" || record?.status === "expired";
  return isOpen
    ? { kind: "later", reason: "Another promotion works on the upload", isHeldElsewhere: true }
    : { kind: "ended", record };
}

async function checkAndCopy(
  service: Service,
  upload: LocatedUpload,
  { gate, etag }: PromotionRequest,
): Promise<Promotion> {
  const { claims, location, reader } = upload;
  const pending = await headObject(location, reader);
  if (!pending) return goOn(upload, gate);
  const policy = service.config.policies.get(claims.policy);
  const granted = compareObject(claims, pending, location.store.provider);
  if (granted.status !== "completed") return { kind: "checked", outcome: granted };
  requireEtag(granted, etag);
  let reason: string | undefined;
  try {
    reason = await findReason(service, upload, { policy, pending });
  } catch (error) {
    if (!(error instanceof NoVerdict)) throw error;
    service.log("scanner-failed", { upload: claims.jti, reason: error.logReason });
    return { kind: "later", reason: error.logReason, isHeldElsewhere: false };
  }
  if (reason !== undefined)
    return { kind: "checked", outcome: { status: "rejected", reasons: [reason] } };
  const held = await gate.hold(copyTimeoutMs(pending.size) + CHECK_MS);
  if (!held?.isHeld) return notHeld(held?.record);
  return finish(upload, gate, { granted, final: await copyToFinal(upload, pending, policy) });
}

interface Pending {
  readonly policy: Policy | undefined;
  readonly pending: StoredObject;
}

/** Returns why the content is rejected. A policy that no longer has a quarantine asks for no check. */
async function findReason(
  service: Service,
  upload: LocatedUpload,
  { policy, pending }: Pending,
): Promise<string | undefined> {
  const { verify = [], scanner } = policy?.quarantine ?? {};
  if (verify.includes("magic")) {
    const error = contentError(upload.claims.type, await startOf(upload, pending));
    if (error !== undefined) return `content: ${error}`;
  }
  const found = scanner && (await scan(service, upload, { scanner, object: pending }));
  return found === undefined ? undefined : `scanner: ${found}`;
}

/** A store answers 416 to a range of an empty object. */
async function startOf(
  { location, reader }: LocatedUpload,
  { size, etag }: StoredObject,
): Promise<Uint8Array> {
  if (size === 0) return new Uint8Array();
  return readStart(location, { etag, maxBytes: START_BYTES }, reader);
}

/** The pending file is gone: either none has come, or an earlier promotion has copied it. */
async function goOn(upload: LocatedUpload, gate: PromotionGate): Promise<Promotion> {
  const final = await headObject(finalLocation(upload), upload.reader);
  if (!final) return { kind: "nothing" };
  const { claims, location } = upload;
  // A copy may have other checksums than its source, which was compared before.
  const granted = compareObject(
    claims,
    { ...final, checksums: {}, isEtagMd5: false },
    location.store.provider,
  );
  if (granted.status !== "completed") return { kind: "checked", outcome: granted };
  return finish(upload, gate, { granted, final });
}

interface Copied {
  readonly granted: Completed;
  readonly final: StoredObject;
}

/** Looks at the record again: what was copied must not stay if the upload has ended, or its object was deleted. */
async function finish(
  upload: LocatedUpload,
  gate: PromotionGate,
  { granted, final }: Copied,
): Promise<Promotion> {
  const held = await gate.hold(CHECK_MS);
  if (!held?.isHeld) return afterwards(upload, held?.record);
  await deletePending(upload);
  const verified = { ...granted.verified, etag: final.etag };
  return { kind: "checked", outcome: { status: "completed", verified } };
}

/** A completed upload whose object is still there keeps it: both copies are of what was checked. */
async function afterwards(
  upload: LocatedUpload,
  record: UploadRecord | undefined,
): Promise<Promotion> {
  const promotion = notHeld(record);
  const isKept = record?.status === "completed" && !record.isDeleted;
  if (promotion.kind === "ended" && !isKept) await removeFinal(upload);
  return promotion;
}

/** What stays is looked at again when the ticket has ended. */
async function deletePending({ location, reader, writer }: LocatedUpload): Promise<void> {
  if (!(await deleteObject(location, reader))) await deleteObject(location, writer);
}
