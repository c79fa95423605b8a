/**
 * Questions whose answers would tell what others have: ids, keys, tokens, routes.
 *
 * OWASP API1:2023 (broken object level authorization), and the oracle that is left when it is closed
 * with two different refusals. Identities are compared by WebCrypto's `verify` and `isSameTag`, and
 * after them, so that the time of a refusal depends on nothing that is secret; what can be tested is
 * that refusals look alike.
 */
import { describe, expect, it } from "vitest";
import { askForTicket, tokenFor } from "../e2e/support/server.ts";
import { DOCUMENT, alice, bob, putVictim, server } from "./support/attack.ts";

/** Which differ by nature. `cf-ray` and `date` are the platform's. */
const OF_ITS_OWN = new Set(["x-request-id", "server-timing", "date", "cf-ray"]);

/** An answer without what is another each time. */
async function seen(path: string, init: RequestInit = {}, token?: string): Promise<unknown> {
  const response = await fetch(server.url + path, {
    ...init,
    headers: {
      "content-type": "application/json",
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
  });
  const headers = [...response.headers].filter(([name]) => !OF_ITS_OWN.has(name));
  const text = (await response.text()).replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "ID");
  return { status: response.status, headers, text };
}

function expectAlike(answers: readonly unknown[]): void {
  expect(answers.length).toBeGreaterThan(1);
  for (const answer of answers) expect(answer).toEqual(answers[0]);
}

describe("a careless service", () => {
  it("tells whether an object exists by refusing in two ways", () => {
    const owners = new Map([["a", "bob"]]);
    const read = (user: string, key: string) => {
      const owner = owners.get(key);
      if (owner === undefined) return 404;
      return owner === user ? 200 : 403;
    };
    expect([read("alice", "a"), read("alice", "b")]).toEqual([403, 404]);
  });
});

describe("refusals look alike, headers and all", () => {
  it("for somebody else's upload, a forged one, and one that nobody has", async () => {
    const { id } = await askForTicket(server, bob, DOCUMENT);
    const ids = [
      id,
      `${id}x`,
      `${id.slice(0, -4)}AAAA`,
      `B${id.slice(1)}`,
      id.slice(0, -1),
      "A".repeat(id.length),
      "x",
      "a.b.c",
      tokenFor("alice"),
    ];
    for (const [method, suffix] of [
      ["GET", ""],
      ["DELETE", ""],
      ["POST", "/complete"],
      ["GET", "/parts"],
    ] as const) {
      expectAlike(
        await Promise.all(
          ids.map(async (one) => seen(`/v1/uploads/${one}${suffix}`, { method }, alice)),
        ),
      );
    }
  });

  it("for the same in a batch, whatever stands beside it", async () => {
    const { id } = await askForTicket(server, bob, DOCUMENT);
    const ids = [id, `${id}x`, `B${id.slice(1)}`, "A".repeat(id.length), "x", "batch"];
    const body = JSON.stringify({ ids });
    const path = "/v1/uploads/batch/complete";
    const { text } = (await seen(path, { method: "POST", body }, alice)) as { text: string };
    expectAlike((JSON.parse(text) as { results: unknown[] }).results);
  });

  it("for an object that somebody else has, and for one that nobody has", async () => {
    const victim = await putVictim();
    for (const [method, path] of [
      ["POST", "/v1/downloads"],
      ["DELETE", "/v1/objects"],
    ] as const) {
      const ask = async (key: string) =>
        seen(path, { method, body: JSON.stringify({ policy: "document", key }) }, alice);
      expectAlike([await ask(victim), await ask(victim.replace("note", "none")), await ask("x")]);
    }
  });

  it("for whoever has no valid token, on each route and on none", async () => {
    const [header = "", payload = "", signature = ""] = alice.split(".");
    const tokens = [
      undefined,
      "",
      "x",
      "a.b.c",
      `${header}.${payload}.${signature.slice(0, -2)}AA`,
      `${header}.${payload}.`,
      `${alice}x`,
    ];
    for (const [method, path] of [
      ["POST", "/v1/uploads"],
      ["GET", "/v1/uploads"],
      ["GET", "/v1/uploads/x"],
      ["POST", "/v1/downloads"],
      ["GET", "/v1/policies"],
      ["POST", "/v1/uploads/batch/complete"],
      ["GET", "/v1/no-such-route"],
      ["GET", "/presigned-url"],
      ["POST", "/s3/presign"],
    ] as const)
      expectAlike(await Promise.all(tokens.map(async (token) => seen(path, { method }, token))));
    const paths = ["/v1/uploads", "/v1/uploads/x", "/v1/no-such-route", "/presigned-url"];
    expectAlike(await Promise.all(paths.map(async (path) => seen(path))));
  });
});
