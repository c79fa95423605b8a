/** Tickets that are really broken, really sent, and explained from what came of it. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BREAKS } from "../support/broken-tickets.ts";
import {
  explain,
  send,
  signWithSdk,
  type Explained,
  type Foreign,
  type Wire,
} from "../support/run-explain.ts";
import {
  askForTicket,
  bytesOf,
  startServer,
  tokenFor,
  type Server,
  type Ticket,
} from "../support/server.ts";
import { STORE, itWith } from "../support/store.ts";

let server: Server;
let alice: string;
beforeAll(async () => {
  server = await startServer();
  alice = tokenFor("alice");
});
afterAll(async () => server.close());

const BODY = bytesOf("hello, store");
/** Whatever a path may hold: space, plus, sub-delimiters, an escape of lower case, and a composed letter. */
const DOCUMENT = {
  policy: "document",
  filename: "é a+b!(1)z.txt",
  contentType: "text/plain",
  size: BODY.length,
  metadata: { album: "mine" },
};

/** What a client sends of a ticket, in pieces that a test may change. */
function toWire(ticket: Pick<Ticket, "method" | "url" | "headers">, body: Uint8Array = BODY): Wire {
  const { host, pathname } = new URL(ticket.url);
  return {
    method: ticket.method,
    path: pathname,
    query: ticket.url.slice(ticket.url.indexOf("?") + 1),
    headers: { host, ...ticket.headers, "content-length": String(body.length) },
    body,
  };
}

async function sendBroken(ticket: Pick<Ticket, "method" | "url" | "headers">, wire: Wire) {
  const { status, texts } = await send(new URL(ticket.url).origin, wire);
  return { status, pieces: [JSON.stringify(ticket), ...texts] };
}

/** Nothing that opens a store stands in any output. */
function expectNoSecret(output: string, url: string): void {
  const secret = String(new URL(url).searchParams.get("X-Amz-Signature"));
  for (const text of [secret, "the-app-s-own-token"]) expect(output).not.toContain(text);
}

/** What was found first, whether anything else is said to be certain, and whether the store took it. */
const inShort = (status: number, { findings, exitCode }: Explained) => ({
  isTaken: status === 200,
  cause: findings[0]?.cause,
  others: findings.slice(1).filter(({ certainty }) => certainty === "certain"),
  exitCode,
});
const namedAs = (cause: string) => ({ isTaken: false, cause, others: [], exitCode: 0 });
const TAKEN = { isTaken: true, cause: undefined, others: [], exitCode: 1 };

describe("edge-presigner explain names the cause, of a ticket that was sent", () => {
  it.for(BREAKS)("$how: $cause", async ({ cause, how, change, takenBy }) => {
    const ticket = await askForTicket(server, alice, DOCUMENT);
    const wire = toWire(ticket);
    const { status, pieces } = await sendBroken(ticket, { ...wire, ...change(wire) });
    const explained = await explain(pieces);
    expectNoSecret(explained.output, ticket.url);
    const isTaken = STORE === "measured" && status >= 200 && status < 300;
    const reason = isTaken ? "it is not known" : takenBy?.[STORE];
    if (reason !== undefined) process.stderr.write(`taken by ${STORE}: ${how}: ${reason}\n`);
    expect(inShort(status, explained)).toEqual(reason === undefined ? namedAs(cause) : TAKEN);
  });
});

/** What a signer may do wrong; another name where a store refuses it for something else, or takes it. */
interface Slip {
  readonly cause: string;
  readonly how: string;
  readonly terms: () => Partial<Foreign>;
  readonly elsewhere?: Readonly<
    Partial<Record<typeof STORE, { readonly cause?: string; readonly reason: string }>>
  >;
}

const UNCHECKED = { reason: "it does not look at it" };
const SLIPS: readonly Slip[] = [
  {
    cause: "expired",
    how: "an hour after it was over",
    terms: () => ({ now: new Date(Date.now() - 3_900_000) }),
  },
  {
    cause: "ticket-of-the-future",
    how: "an hour before it begins",
    terms: () => ({ now: new Date(Date.now() + 3_600_000) }),
    elsewhere: { embedded: UNCHECKED, ceph: UNCHECKED, swift: UNCHECKED },
  },
  { cause: "expires-too-large", how: "for ten days", terms: () => ({ expiresInSeconds: 864_000 }) },
  {
    cause: "region-differs",
    how: "of another region",
    terms: () => ({ region: "eu-north-9" }),
    elsewhere: { embedded: UNCHECKED, ceph: UNCHECKED },
  },
  {
    cause: "service-differs",
    how: "of another service",
    terms: () => ({ service: "execute-api" }),
    elsewhere: { ceph: UNCHECKED },
  },
  {
    cause: "unknown-access-key",
    how: "of a key that is not there",
    terms: () => ({ accessKeyId: "AKIANOSUCHKEY" }),
    elsewhere: {
      swift: { cause: "wrong-secret", reason: "it says no more than of a wrong secret" },
    },
  },
  {
    cause: "wrong-secret",
    how: "of another secret",
    terms: () => ({ secretAccessKey: "not-the-secret" }),
  },
];

/** What a store that is not known may do otherwise, too: take it, or give it the name that another store does. */
function otherOf(
  status: number,
  { findings }: Explained,
  elsewhere: Slip["elsewhere"] = {},
): { readonly cause?: string; readonly reason: string } | undefined {
  if (status >= 200 && status < 300) return UNCHECKED;
  return Object.values(elsewhere).find(({ cause }) => cause === findings[0]?.cause);
}

describe("edge-presigner explain names what the signer did wrong, of a ticket", () => {
  it.for(SLIPS)("$how: $cause", async ({ cause, how, terms, elsewhere }) => {
    const { origin, basePath, ...credentials } = server.store;
    const path = `${basePath}documents/alice/${crypto.randomUUID()}/a.txt`;
    const headers = { "content-type": "text/plain", "content-length": String(BODY.length) };
    const ticket = await signWithSdk(origin, path, headers, { ...credentials, ...terms() });
    const { status, pieces } = await sendBroken(ticket, toWire(ticket));
    const explained = await explain(pieces);
    expectNoSecret(explained.output, ticket.url);
    const other = STORE === "measured" ? otherOf(status, explained, elsewhere) : elsewhere?.[STORE];
    if (other) process.stderr.write(`other on ${STORE}: a ticket ${how}: ${other.reason}\n`);
    const expected = other && other.cause === undefined ? TAKEN : namedAs(other?.cause ?? cause);
    expect(inShort(status, explained)).toEqual(expected);
  });
});

describe("edge-presigner explain takes the store's word, of", () => {
  itWith("no-overwrite", "a second write: already-stored", async () => {
    const ticket = await askForTicket(server, alice, DOCUMENT);
    await sendBroken(ticket, toWire(ticket));
    const { pieces } = await sendBroken(ticket, toWire(ticket));
    expect((await explain(pieces)).findings).toMatchObject([{ cause: "already-stored" }]);
  });
  it("another body than its checksum: checksum-differs", async () => {
    const value = createHash("md5").update(BODY).digest("base64");
    const body = {
      policy: "avatar",
      filename: "a.png",
      contentType: "image/png",
      size: BODY.length,
    };
    const ticket = await askForTicket(server, alice, {
      ...body,
      checksum: { algorithm: "md5", value },
    });
    const { pieces } = await sendBroken(ticket, toWire(ticket, bytesOf("HELLO, STORE")));
    expect((await explain(pieces)).findings).toMatchObject([{ cause: "checksum-differs" }]);
  });
  it("a bucket that is not there: no-such-bucket", async () => {
    const { origin, basePath, bucket, ...credentials } = server.store;
    const path = `${basePath.replace(`/${bucket}/`, "/no-such-bucket/")}a.txt`;
    const ticket = await signWithSdk(
      origin,
      path,
      { "content-length": String(BODY.length) },
      credentials,
    );
    const { pieces } = await sendBroken(ticket, toWire(ticket));
    expect((await explain(pieces)).findings[0]).toMatchObject({ cause: "no-such-bucket" });
  });
});

describe("edge-presigner explain finds nothing in", () => {
  it("a good request that was stored, and in one without its answer", async () => {
    const ticket = await askForTicket(server, alice, DOCUMENT);
    const { status, pieces } = await sendBroken(ticket, toWire(ticket));
    expect(status).toBe(200);
    const [json = "", sent = ""] = pieces;
    for (const given of [pieces, [json, sent], [json], [sent], [ticket.url]]) {
      expect(await explain(given)).toMatchObject({ findings: [], exitCode: 1 });
    }
  });
});
