/**
 * Getting a page past a quarantine, to where its readers take it for a picture.
 *
 * A ticket fixes the type, and not the content. Whoever may read an object gets what was sent.
 */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  askForTicket,
  bytesOf,
  call,
  put,
  tokenFor,
  type Answer,
  type Ticket,
} from "../e2e/support/server.ts";
import { STORE, server } from "./support/attack.ts";

const mallory = tokenFor("mallory");
/** Begins as a picture does, and is as long as the page. */
const PICTURE = bytesOf("?PNG\r\n\u001A\n, or so it begins");
PICTURE[0] = 0x89;
const PAGE = bytesOf("<script>alert(1)</script>".padEnd(PICTURE.length));

const md5 = (bytes: Uint8Array) => createHash("md5").update(bytes).digest("hex");

async function create(policy: string, bytes: Uint8Array): Promise<Ticket> {
  const body = { policy, filename: "a.png", contentType: "image/png", size: bytes.length };
  return askForTicket(server, mallory, body);
}
const complete = async ({ id }: Ticket): Promise<Answer> =>
  call(server, mallory, "POST", `/v1/uploads/${id}/complete`);

/** Reads the object as the app's users do. */
async function read(policy: string, key: string): Promise<Uint8Array | undefined> {
  const answer = await call(server, mallory, "POST", "/v1/downloads", { policy, key });
  if (answer.status !== 200) return undefined;
  const response = await fetch(String(answer.body["url"]));
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
}

describe("a page that is sent as a picture", () => {
  it("is read where nobody looks at what was sent", async () => {
    const ticket = await create("album", PAGE);
    expect(await put(ticket, PAGE)).toMatchObject({ status: 200 });
    expect(await complete(ticket)).toMatchObject({ status: 200 });
    expect(await read("album", ticket.key)).toEqual(PAGE);
  });

  it("is read by nobody under a quarantine, before its check and after", async () => {
    const ticket = await create("quarantined", PAGE);
    expect(await put(ticket, PAGE)).toMatchObject({ status: 200 });
    expect(await read("quarantined", ticket.key)).toBeUndefined();
    expect(await complete(ticket)).toMatchObject({ status: 422, body: { upload: "rejected" } });
    expect(await read("quarantined", ticket.key)).toBeUndefined();
    expect(await read("quarantined", `waiting/files/${ticket.key}`)).toBeUndefined();
    expect(await server.read(ticket.key)).toBeUndefined();
  });

  it("is not stored under the final key with a ticket for the pending one", async () => {
    const ticket = await create("quarantined", PAGE);
    const url = ticket.url.replace("/waiting/files/", "/");
    expect((await put(ticket, PAGE, { url })).status).toBe(403);
    expect(await server.read(ticket.key)).toBeUndefined();
  });

  it("does not replace a picture that was promoted, though its ticket works again", async () => {
    const ticket = await create("quarantined", PICTURE);
    await put(ticket, PICTURE);
    expect(await complete(ticket)).toMatchObject({ status: 200 });
    expect(await put(ticket, PAGE)).toMatchObject({ status: 200 });
    expect(await complete(ticket)).toMatchObject({ status: 200 });
    expect(await read("quarantined", ticket.key)).toEqual(PICTURE);
  });

  it("is not what is promoted while it takes turns with a picture", async () => {
    const rounds: Round[] = [];
    // oxlint-disable-next-line no-await-in-loop -- one upload after the other
    for (let times = 0; times < 4; times += 1) rounds.push(await swapAndComplete());
    const answers = rounds.flatMap((round) => round.answers);
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => ![200, 202, 422, 502].includes(status))).toEqual([]);
    const promoted = answers.filter(({ status }) => status === 200);
    expect(promoted.map(({ body }) => body["etag"])).toEqual(promoted.map(() => md5(PICTURE)));
    const found = rounds.flatMap((round) => round.found ?? []);
    expect(found).toEqual(found.map(() => PICTURE));
    // In Swift a ticket replaces what is there: the page is there as often, and it may be refused each time.
    expect(promoted.length).toBeGreaterThanOrEqual(STORE === "swift" ? 0 : 1);
  });
});

interface Round {
  readonly answers: readonly Answer[];
  /** What is under the final key then. */
  readonly found: Uint8Array | undefined;
}

/** Completes an upload three times while its ticket stores the page and the picture in turn. */
async function swapAndComplete(): Promise<Round> {
  const ticket = await create("quarantined", PICTURE);
  await put(ticket, PICTURE);
  const end = new AbortController();
  const swapping = (async () => {
    for (let turn = 0; !end.signal.aborted; turn += 1)
      // oxlint-disable-next-line no-await-in-loop -- in turn
      await put(ticket, turn % 2 === 0 ? PAGE : PICTURE);
  })();
  const answers = await Promise.all([complete(ticket), complete(ticket), complete(ticket)]);
  end.abort();
  await swapping;
  const found = await server.read(ticket.key);
  return { answers, found: found?.bytes };
}
