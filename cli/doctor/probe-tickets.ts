/** Every promise of a ticket, broken as the one who holds it would: the store has to refuse. */
import type { Ticket } from "../../src/operation/ticket.ts";
import { isRefused, isTaken, statusOf, type Answer } from "./send-request.ts";
import { good, unknown, type Finding, type FindingName } from "./finding.ts";
import { putFirst, type Probe } from "./probe.ts";
import { put, type Session } from "./session.ts";

type Changes = Parameters<typeof put>[2];

interface Break {
  readonly name: FindingName;
  /** What is sent in place of what the ticket says. */
  readonly change: (ticket: Ticket, session: Session) => Changes;
  readonly taken: string;
  readonly mend: string;
}

const SIGNATURES = "do not use this store: it does not check what a signature says";

/** What a browser would run. */
const HTML = "text/html";

const BREAKS: readonly Break[] = [
  {
    name: "longer-body",
    change: (_, { body }) => ({ body: new Uint8Array(body.length + 1) }),
    taken: "a longer body than was signed is stored",
    mend: "completion rejects it, but only afterwards: use a store that checks the signed length",
  },
  {
    name: "shorter-body",
    change: (_, { body }) => ({ body: new Uint8Array(body.length - 1) }),
    taken: "a shorter body than was signed is stored",
    mend: "completion rejects it, but only afterwards: use a store that checks the signed length",
  },
  {
    name: "other-type",
    change: ({ headers }) => ({
      headers: { "content-type": headers["content-type"] === HTML ? "text/plain" : HTML },
    }),
    taken: "a file is stored with another type than was signed",
    mend: "never serve this bucket to browsers: a client chooses the type itself",
  },
  {
    name: "other-key",
    change: ({ url }) => ({ url: url.replace("?", "-another?") }),
    taken: "a ticket stores under another key",
    mend: SIGNATURES,
  },
  {
    name: "changed-header",
    change: ({ headers }) =>
      "if-none-match" in headers
        ? { headers: { "if-none-match": '"another"' } }
        : { headers: { "content-type": "application/x-another" } },
    taken: "a header with another value than was signed is taken",
    mend: SIGNATURES,
  },
];

/** One after the other: some stores slow a burst of refusals down. */
export const TICKETS: readonly Probe[] = [
  ...BREAKS.map((one) => ({
    name: one.name,
    run: async (session: Session) => [await tryBreak(session, one)],
  })),
  { name: "second-write", run: async (session) => [await trySecondWrite(session)] },
  { name: "expired-ticket", run: async (session) => [await tryExpired(session)] },
  { name: "future-ticket", run: async (session) => [await tryFuture(session)] },
];

async function tryBreak(session: Session, { name, change, taken, mend }: Break): Promise<Finding> {
  const ticket = await session.sign(await session.admit());
  const answer = await put(session, ticket, change(ticket, session));
  return judge(name, answer, { taken, mend });
}

/** Refused is good, taken is bad, and whatever else there is tells nothing. */
function judge(
  name: FindingName,
  answer: Answer,
  { taken, mend }: { readonly taken: string; readonly mend: string },
): Finding {
  if (isRefused(answer)) return good(name, `refused: ${statusOf(answer)}`);
  if (!isTaken(answer)) return unknown(name, `the store answered ${statusOf(answer)}`);
  return { name, verdict: "bad", says: `${taken}: ${statusOf(answer)}`, mend };
}

async function trySecondWrite(session: Session): Promise<Finding> {
  const name = "second-write";
  const { store, policies } = session;
  const { noOverwrite } = store.provider;
  if (policies.every(({ overwrite }) => overwrite)) {
    return { name, verdict: "note", says: "not asked for: its policies say overwrite: true" };
  }
  const ticket = await session.sign(await session.admit());
  await putFirst(session, ticket);
  const again = await put(session, ticket);
  if (isRefused(again)) return good(name, `refused: ${statusOf(again)}`);
  if (!isTaken(again)) return unknown(name, `the store answered ${statusOf(again)}`);
  return {
    name,
    verdict: "bad",
    says: `a ticket can be used again, and replaces the file: ${statusOf(again)}`,
    mend: "say overwrite: true in its policies, and know that a file may change until its ticket expires",
    ...(noOverwrite && { setting: { capabilities: { noOverwrite: false } } }),
  };
}

const HOUR_MS = 3_600_000;

async function tryExpired(session: Session): Promise<Finding> {
  const ticket = await session.sign(await session.admit(), session.nowMs() - 2 * 24 * HOUR_MS);
  const mend = "do not use this store: its tickets never end";
  return judge("expired-ticket", await put(session, ticket), {
    taken: "a ticket of the day before yesterday is taken",
    mend,
  });
}

/** Harmless as long as the Worker's clock is right, which is Cloudflare's. */
async function tryFuture(session: Session): Promise<Finding> {
  const name = "future-ticket";
  const ticket = await session.sign(await session.admit(), session.nowMs() + HOUR_MS);
  const answer = await put(session, ticket);
  if (isRefused(answer)) return good(name, `refused: ${statusOf(answer)}`);
  if (!isTaken(answer)) return unknown(name, `the store answered ${statusOf(answer)}`);
  const says = "a ticket dated an hour ahead is taken: one that a wrong clock signed lives longer";
  return { name, verdict: "note", says };
}
