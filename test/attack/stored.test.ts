/**
 * Keeping more than a limit of what is stored allows: a deletion gives space back, and a ticket may still work.
 *
 * A ticket signs `if-none-match: *`. After its file is deleted, the store accepts it again.
 */
import { describe, expect, it } from "vitest";
import { tokenFor } from "../e2e/support/server.ts";
import { server } from "./support/attack.ts";

const MB = 1_000_000;
const FILE = 10 * MB;
const LIMIT = 25 * MB;

interface Ticket {
  readonly id: string;
  readonly key: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function ask(token: string, method: string, path: string, body?: object): Promise<Response> {
  return fetch(`${server.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
}

const create = async (token: string, policy: string): Promise<Response> =>
  ask(token, "POST", "/v1/uploads", { policy, contentType: "image/png", size: FILE });
const send = async ({ url, headers }: Ticket): Promise<number> =>
  (await fetch(url, { method: "PUT", headers, body: new Uint8Array(FILE) })).status;
const remove = async (token: string, policy: string, key: string): Promise<number> =>
  (await ask(token, "DELETE", "/v1/objects", { policy, key })).status;

async function isThere(token: string, policy: string, key: string): Promise<boolean> {
  const response = await ask(token, "POST", "/v1/downloads", { policy, key });
  if (!response.ok) return false;
  const { url } = (await response.json()) as { url: string };
  return (await fetch(url, { headers: { range: "bytes=0-0" } })).ok;
}

/** Uploads, completes and deletes as often as tickets are given, then sends each file again. Returns the bytes that are kept. */
async function attack(token: string, policy: string, times: number): Promise<number> {
  const tickets: Ticket[] = [];
  /* oxlint-disable no-await-in-loop -- the next ticket depends on what was given back */
  for (let count = 0; count < times; count += 1) {
    const response = await create(token, policy);
    if (!response.ok) break;
    const ticket = (await response.json()) as Ticket;
    tickets.push(ticket);
    expect(await send(ticket)).toBe(200);
    await ask(token, "POST", `/v1/uploads/${ticket.id}/complete`);
    await remove(token, policy, ticket.key);
    await remove(token, policy, ticket.key);
  }
  /* oxlint-enable no-await-in-loop */
  await Promise.all(tickets.map(send));
  const kept = await Promise.all(tickets.map(async ({ key }) => isThere(token, policy, key)));
  return kept.filter(Boolean).length * FILE;
}

describe("a limit of what is stored", () => {
  it("is passed where a deletion gives back at once what a ticket can store again", async () => {
    // The policy `photo` counts nothing: it stands for a counter that is lowered by each deletion.
    expect(await attack(tokenFor("careless"), "photo", 4)).toBeGreaterThan(LIMIT);
  });

  it("keeps no more than the limit, though each file is deleted and sent again with its ticket", async () => {
    const kept = await attack(tokenFor("mallory"), "plan", 6);
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThanOrEqual(LIMIT);
  });

  it("is not given back by deleting keys of others, of nobody, or of other policies", async () => {
    const token = tokenFor("trent");
    for (let count = 0; count < 2; count += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const ticket = (await (await create(token, "plan")).json()) as Ticket;
      // oxlint-disable-next-line no-await-in-loop -- the same
      expect(await send(ticket)).toBe(200);
      // oxlint-disable-next-line no-await-in-loop -- the same
      await ask(token, "POST", `/v1/uploads/${ticket.id}/complete`);
    }
    const other = crypto.randomUUID();
    expect(await remove(token, "plan", `plan/alice/${other}.png`)).toBe(403);
    expect(await remove(token, "plan", `photos/trent/${other}.png`)).toBe(403);
    expect(await remove(token, "plan", `plan/trent/${other}.png`)).toBe(204);
    expect((await create(token, "plan")).status).toBe(429);
  });

  it("is no other team's, whatever else the token says", async () => {
    const red = tokenFor("alice", { team: "red" });
    const blue = tokenFor("alice", { team: "blue" });
    const ticket = (await (await create(red, "team")).json()) as Ticket;
    const found = await ask(blue, "GET", `/v1/uploads/${ticket.id}`);
    expect(found.status).toBe(404);
    expect((await ask(tokenFor("alice"), "GET", `/v1/uploads/${ticket.id}`)).status).toBe(403);
    expect((await create(tokenFor("alice"), "team")).status).toBe(403);
  });
});
