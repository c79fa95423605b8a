/** Promotes an upload for a client that waits, and goes on after the answer where that takes longer. */
import type { Ledger } from "../ledger/client.ts";
import type { PromotionGate } from "../ledger/promotion.ts";
import type { UploadRecord } from "../ledger/record.ts";
import { describeError } from "../log.ts";
import type { Service } from "../service.ts";
import type { LocatedUpload } from "./locate.ts";
import { promote } from "./promote.ts";
import { recordWithoutLedger, settleFound } from "./settle-found.ts";

/** When the client is to ask again. */
export interface Later {
  readonly retryAfterSeconds: number;
}

export interface Waiting {
  readonly ledger: Ledger | undefined;
  /** How long the client waits. */
  readonly patienceMs: number;
  /** The ETag that the client received for its PUT, if it sends one. */
  readonly etag?: string | undefined;
}

const SOON: Later = { retryAfterSeconds: 2 };
/** A scanner that gave no verdict is not asked again at once. */
const SCANNER: Later = { retryAfterSeconds: 15 };

/**
 * Returns the record once the upload is settled, when to ask again, or `undefined` where no file has arrived.
 * Throws `verification-failed` for another ETag than the client's, `StoreUnavailable` and `ledger-unavailable`.
 */
export async function promoteInTime(
  service: Service,
  upload: LocatedUpload,
  { ledger, patienceMs, etag }: Waiting,
): Promise<UploadRecord | Later | undefined> {
  if (patienceMs <= 0) return SOON;
  const work = promoteAndSettle(service, upload, { ledger, etag });
  const settled = await inTime(work, patienceMs);
  if (settled !== "late") return settled;
  const { jti } = upload.claims;
  service.waitUntil(
    work.catch((error: unknown) =>
      service.log("promotion-failed", { upload: jti, reason: describeError(error) }),
    ),
  );
  return SOON;
}

/** Does the same, however long it takes. */
export async function promoteAndSettle(
  service: Service,
  upload: LocatedUpload,
  { ledger, etag }: Omit<Waiting, "patienceMs">,
): Promise<UploadRecord | Later | undefined> {
  const gate = gateOf(service, upload, ledger);
  const promotion = await promote(service, upload, { gate, etag });
  switch (promotion.kind) {
    case "checked":
      return settleFound(service, ledger, upload, promotion.outcome);
    case "ended":
      return promotion.record;
    case "nothing":
      return undefined;
    case "later":
      return promotion.isHeldElsewhere ? SOON : SCANNER;
  }
}

/** Without a ledger, as when the policy no longer has a quarantine, nothing keeps two promotions apart. */
function gateOf(
  { newId, now }: Service,
  { claims }: LocatedUpload,
  ledger: Ledger | undefined,
): PromotionGate {
  const holder = newId();
  const { jti } = claims;
  if (ledger)
    return {
      hold: async (forMs) => ledger.hold(jti, { holder, forMs }),
      letGo: async (isOver) => ledger.letGo(jti, { holder, isOver }),
    };
  const record = { ...recordWithoutLedger(claims, now()), status: "pending" } as const;
  return { hold: async () => ({ record, isHeld: true }), letGo: async () => undefined };
}

async function inTime<T>(work: Promise<T>, ms: number): Promise<T | "late"> {
  const { promise: late, resolve } = Promise.withResolvers<"late">();
  const timer = setTimeout(() => resolve("late"), ms);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
