/** Defines a probe: one property of a store that is tested. */
import type { Ticket } from "../../src/operation/ticket.ts";
import { isAccepted, statusOf } from "./send-request.ts";
import type { Finding, FindingName } from "./finding.ts";
import { put, type Session } from "./session.ts";

export interface Probe {
  /** The name of the finding if the probe fails. */
  readonly name: FindingName;
  readonly run: (session: Session) => Promise<readonly Finding[]>;
}

/** A precondition of the probe failed, so that it has no result. */
export class Inconclusive extends Error {
  override readonly name = "Inconclusive";
}

/** Stores an object that a probe needs. Throws `Inconclusive` if the store refuses it. */
export async function putFirst(session: Session, ticket: Ticket): Promise<void> {
  const answer = await put(session, ticket);
  if (isAccepted(answer)) return;
  throw new Inconclusive(`not tested: an unchanged ticket was answered with ${statusOf(answer)}`);
}
