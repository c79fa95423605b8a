/** Tickets and how long they can be used. */
import type { SignedPut } from "./answers.ts";
import type { Dependencies } from "./dependencies.ts";
import { hasCode } from "./error.ts";

export interface TimedTicket<T extends SignedPut> {
  readonly ticket: T;
  /** Whether its PUT may still start, by this machine's clock. */
  readonly isValid: () => boolean;
}

/** A ticket waits for its turn at most this share of its life, so that a line may become twice as slow. */
export const LIFE_SHARE = 0.45;
/** A ticket counts as expired this long before it is, so that its PUT has time to start. */
const MARGIN_MS = 5000;

/** Counts `expiresIn` from now on, so that a wrong clock does no harm. */
export function timeTicket<T extends SignedPut>(ticket: T, { now }: Dependencies): TimedTicket<T> {
  const lifeMs = ticket.expiresIn * 1000;
  const validUntil = now() + lifeMs - Math.min(MARGIN_MS, lifeMs / 10);
  return { ticket, isValid: () => now() < validUntil };
}

/** Whether the store refused the ticket, because it expired or does not match: a new one may help. */
export function isTicketRefused(error: unknown): boolean {
  if (!hasCode(error, "store-refused")) return false;
  return error.status === 403 || error.storeCode?.startsWith("Expired") === true;
}
