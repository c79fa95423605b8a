/** One promise that is tried, and what keeps a verdict from resting on nothing. */
import type { Ticket } from "../../src/operation/ticket.ts";
import { isTaken, statusOf } from "./send-request.ts";
import type { Finding, FindingName } from "./finding.ts";
import { put, type Session } from "./session.ts";

export interface Probe {
  /** What the table says where the probe could not be carried through. */
  readonly name: FindingName;
  readonly run: (session: Session) => Promise<readonly Finding[]>;
}

/** What has to be there first is not: nothing is known of the promise. */
export class Unproven extends Error {
  override readonly name = "Unproven";
}

/** Puts what a probe needs in its place. Throws `Unproven` where the store did not take it. */
export async function putFirst(session: Session, ticket: Ticket): Promise<void> {
  const answer = await put(session, ticket);
  if (isTaken(answer)) return;
  throw new Unproven(`not tried: a plain ticket was answered ${statusOf(answer)} this time`);
}
