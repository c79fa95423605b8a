/** Sends a webhook message again that waits for its next try. */
import { Problem } from "../problem.ts";
import type { Service } from "../service.ts";
import type { NamedUser } from "./find-user.ts";
import { findLedgers } from "./user-ledgers.ts";

/** The ledger's alarm sends it at once. Throws `not-found` where no such message waits, and `ledger-unavailable`. */
export async function sendMessageAgain(
  service: Service,
  { issuer, user, ...named }: NamedUser,
  id: string,
): Promise<void> {
  const { ledgers } = findLedgers(service, { issuer, user, ...named });
  for (const { ledger } of ledgers)
    // oxlint-disable-next-line no-await-in-loop -- one ledger has the message
    if (await ledger.sendAgain({ id, issuer, user })) return;
  throw new Problem(
    "not-found",
    "No such message waits for this user: it was accepted, given up, or its claim is missing",
  );
}
