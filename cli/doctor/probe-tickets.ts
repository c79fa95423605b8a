/** Tampers with each signed value of a ticket, as its holder could: the store has to refuse. */
import type { Ticket } from "../../src/operation/ticket.ts";
import { isRefused, isAccepted, statusOf, type Answer } from "./send-request.ts";
import { good, unknown, type Finding, type FindingName } from "./finding.ts";
import { putFirst, type Probe } from "./probe.ts";
import { put, type Session } from "./session.ts";

type Changes = Parameters<typeof put>[2];

interface Tampering {
  readonly name: FindingName;
  /** Returns what is sent instead of the signed values. */
  readonly change: (ticket: Ticket, session: Session) => Changes;
  readonly problem: string;
  readonly fix: string;
}

const SIGNATURES = "do not use this store: it does not check the signature";

/** A type that browsers execute. */
const HTML = "text/html";

const TAMPERINGS: readonly Tampering[] = [
  {
    name: "longer-body",
    change: (_, { body }) => ({ body: new Uint8Array(body.length + 1) }),
    problem: "a body that is longer than signed is stored",
    fix: "use a store that checks the signed length: completion rejects the file only after it is stored",
  },
  {
    name: "shorter-body",
    change: (_, { body }) => ({ body: new Uint8Array(body.length - 1) }),
    problem: "a body that is shorter than signed is stored",
    fix: "use a store that checks the signed length: completion rejects the file only after it is stored",
  },
  {
    name: "other-type",
    change: ({ headers }) => ({
      headers: { "content-type": headers["content-type"] === HTML ? "text/plain" : HTML },
    }),
    problem: "a file is stored with another type than signed",
    fix: "never serve this bucket to browsers: clients can choose any type",
  },
  {
    name: "other-key",
    change: ({ url }) => ({ url: url.replace("?", "-another?") }),
    problem: "a ticket is accepted for another key",
    fix: SIGNATURES,
  },
  {
    name: "changed-header",
    change: ({ headers }) =>
      "if-none-match" in headers
        ? { headers: { "if-none-match": '"another"' } }
        : { headers: { "content-type": "application/x-another" } },
    problem: "a header with another value than signed is accepted",
    fix: SIGNATURES,
  },
];

/** The probes run one after the other: some stores slow down after a burst of refusals. */
export const TICKETS: readonly Probe[] = [
  ...TAMPERINGS.map((one) => ({
    name: one.name,
    run: async (session: Session) => [await tryTampering(session, one)],
  })),
  { name: "second-write", run: trySecondWrite },
  { name: "expired-ticket", run: async (session) => [await tryExpired(session)] },
  { name: "future-ticket", run: async (session) => [await tryFuture(session)] },
];

async function tryTampering(
  session: Session,
  { name, change, problem, fix }: Tampering,
): Promise<Finding> {
  const ticket = await session.sign(await session.admit());
  const answer = await put(session, ticket, change(ticket, session));
  return evaluate(name, answer, { problem, fix });
}

/** Returns `good` for a refusal, `bad` for success, and `unknown` for anything else. */
function evaluate(
  name: FindingName,
  answer: Answer,
  { problem, fix }: { readonly problem: string; readonly fix: string },
): Finding {
  if (isRefused(answer)) return good(name, `refused: ${statusOf(answer)}`);
  if (!isAccepted(answer)) return unknown(name, `the store answered ${statusOf(answer)}`);
  return { name, verdict: "bad", message: `${problem}: ${statusOf(answer)}`, fix };
}

const REPLACEABLE =
  "set overwrite: true in its policies: a file can change until its ticket expires";

async function trySecondWrite(session: Session): Promise<readonly Finding[]> {
  const name = "second-write";
  if (session.policies.every(({ overwrite }) => overwrite)) {
    return [
      { name, verdict: "note", message: "not tested: all its policies have overwrite: true" },
    ];
  }
  const ticket = await session.sign(await session.admit());
  await putFirst(session, ticket);
  const again = await put(session, ticket);
  if (isRefused(again))
    return [good(name, `refused: ${statusOf(again)}`), await tryWritesAtOnce(session)];
  if (!isAccepted(again)) return [unknown(name, `the store answered ${statusOf(again)}`)];
  const message = `a ticket can be used again to replace the file: ${statusOf(again)}`;
  return [{ name, verdict: "bad", message, fix: REPLACEABLE, ...noOverwriteOff(session) }];
}

/** As many as a client sends at once without effort. */
const WRITES = 5;

/** Sends one ticket several times at once: a store may look for an object before it stores, and lock nothing. */
async function tryWritesAtOnce(session: Session): Promise<Finding> {
  const name = "writes-at-once";
  const ticket = await session.sign(await session.admit());
  const answers = await Promise.all(
    Array.from({ length: WRITES }, async () => put(session, ticket)),
  );
  const stored = answers.filter(isAccepted).length;
  if (stored === 1) return good(name, `one of ${WRITES} writes at once is stored`);
  if (stored === 0) return unknown(name, `none of ${WRITES} writes at once was stored`);
  const message = `${stored} of ${WRITES} writes at once are stored, and the last one replaces the others`;
  return { name, verdict: "bad", message, fix: REPLACEABLE, ...noOverwriteOff(session) };
}

function noOverwriteOff({ store }: Session): Pick<Finding, "setting"> {
  return store.provider.noOverwrite ? { setting: { capabilities: { noOverwrite: false } } } : {};
}

const HOUR_MS = 3_600_000;

async function tryExpired(session: Session): Promise<Finding> {
  const ticket = await session.sign(await session.admit(), session.nowMs() - 2 * 24 * HOUR_MS);
  const fix = "do not use this store: its tickets never expire";
  return evaluate("expired-ticket", await put(session, ticket), {
    problem: "a ticket that expired two days ago is accepted",
    fix,
  });
}

/** Tests a ticket of the future. Accepting it is harmless while the Worker's clock, which is Cloudflare's, is right. */
async function tryFuture(session: Session): Promise<Finding> {
  const name = "future-ticket";
  const ticket = await session.sign(await session.admit(), session.nowMs() + HOUR_MS);
  const answer = await put(session, ticket);
  if (isRefused(answer)) return good(name, `refused: ${statusOf(answer)}`);
  if (!isAccepted(answer)) return unknown(name, `the store answered ${statusOf(answer)}`);
  const message =
    "a ticket dated one hour ahead is accepted: if the signing clock is wrong, tickets are valid for longer";
  return { name, verdict: "note", message };
}
