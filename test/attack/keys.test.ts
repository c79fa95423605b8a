/**
 * Keys that lead out of the caller's prefix.
 *
 * CVE-2026-42882 (s3-proxy), CVE-2026-54917 (SeaweedFS), CVE-2022-24840 and CVE-2026-42196 (django-s3file),
 * HackerOne 94087 (a tenant's prefix without its slash) and 764243 (a prefix that is empty).
 */
import { describe, expect, it } from "vitest";
import { askForTicket, call, put, tokenFor } from "../e2e/support/server.ts";
import {
  BODY,
  DOCUMENT,
  SECRET_BODY,
  alice,
  outcomeAt,
  putVictim,
  server,
} from "./support/attack.ts";
import { signCarelessly } from "./support/careless-signer.ts";

/** The check that HackerOne 94087 got round. */
const isOwn = (user: string, key: string) => key.startsWith(`documents/${user}`);

describe("a key with dot segments", () => {
  it("is signed outside of the prefix by a signer that only compares the start", async () => {
    const victim = await putVictim();
    const name = `documents/alice/../../${victim}`;
    expect(isOwn("alice", name)).toBe(true);
    const response = await fetch(await signCarelessly(server.store, name, { method: "GET" }));
    expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.from(SECRET_BODY));
  });

  it.for([
    "..",
    ".",
    "../x.txt",
    "a/../../bob/x.txt",
    "a\\..\\x.txt",
    "/etc/x.txt",
    "x\u0000.txt",
    "x\n.txt",
    "\u202Etxt.exe.txt",
    "a\u200Bb.txt",
    "\uD800.txt",
  ])("is refused as a file name: %j", async (filename) => {
    const body = { ...DOCUMENT, filename };
    const answer = await call(server, alice, "POST", "/v1/uploads", body);
    expect(answer).toMatchObject({ status: 422, body: { code: "invalid-request" } });
  });

  it.for([
    ["e\u0301.txt", "\u00E9.txt"],
    ["\u212A.txt", "K.txt"],
    ["\u037E.txt", ";.txt"],
  ])("has a file name in NFC: %j", async ([filename, composed]) => {
    const answer = await call(server, alice, "POST", "/v1/uploads", { ...DOCUMENT, filename });
    expect(answer).toMatchObject({ status: 201 });
    expect(String(answer.body["key"]).split("/").at(-1)).toBe(composed);
  });

  it.for([
    "%2e%2e.txt",
    "%2e%2e%2fbob%2fx.txt",
    "..%2f..%2fx.txt",
    "..;x.txt",
    "…／x.txt",
    "a?b#c.txt",
  ])(
    "means nothing to a name that only looks like it: %s stays in the prefix",
    async (filename) => {
      const ticket = await askForTicket(server, alice, { ...DOCUMENT, filename });
      expect(ticket.key.split("/").slice(0, 2)).toEqual(["documents", "alice"]);
      expect(ticket.key.split("/")).toHaveLength(4);
      const { pathname } = new URL(ticket.url);
      expect(pathname.split("/")).toHaveLength(server.store.basePath.split("/").length + 3);
      expect(await put(ticket, BODY)).toMatchObject({ status: 200 });
      expect(await outcomeAt(ticket.key)).toBe("stored");
    },
  );
});

describe("the prefix of another user", () => {
  it("begins like one's own, which is enough for a careless check", () => {
    expect(isOwn("ali", "documents/alice/secret.txt")).toBe(true);
    expect(isOwn("", "documents/alice/secret.txt")).toBe(true);
  });

  it("is 403 for whoever is asked for, and the store is not called", async () => {
    const victim = await putVictim();
    const [id, name] = victim.split("/").slice(2);
    const keys = [
      victim,
      `documents/alice/../bob/${id}/${name}`,
      `documents/alice/%2e%2e/bob/${id}/${name}`,
      `documents//bob/${id}/${name}`,
      `/documents/bob/${id}/${name}`,
      `documents/bob/${id}`,
      `DOCUMENTS/alice/${id}/${name}`,
      `documents/alicex/${id}/${name}`,
      `documents/alic/${id}/${name}`,
      "documents/alice/",
      "documents/alice",
      "",
    ];
    for (const token of [alice, tokenFor("bo"), tokenFor("bob2")]) {
      for (const key of keys) {
        const body = { policy: "document", key };
        const read = await call(server, token, "POST", "/v1/downloads", body);
        const remove = await call(server, token, "DELETE", "/v1/objects", body);
        const expected = key === "" ? 422 : 403;
        expect([read.status, remove.status], key).toEqual([expected, expected]);
      }
    }
    expect((await server.read(victim))?.bytes).toEqual(SECRET_BODY);
  });

  it("is not reached by a name with an encoded slash: it is encoded once more", async () => {
    const victim = await putVictim();
    const [id, name] = victim.split("/").slice(2);
    const key = `documents/alice/..%2Fbob%2F${id}/${name}`;
    const body = { policy: "document", key };
    const read = await call(server, alice, "POST", "/v1/downloads", body);
    expect(new URL(String(read.body["url"])).pathname).toContain("/alice/..%252Fbob%252F");
    expect((await fetch(String(read.body["url"]))).status).toBe(404);
    expect((await call(server, alice, "DELETE", "/v1/objects", body)).status).toBe(204);
    expect((await server.read(victim))?.bytes).toEqual(SECRET_BODY);
  });

  it.for([
    "..",
    ".",
    "bob/../alice",
    "a/b",
    "%2e%2e",
    "__proto__",
    "bob\u0000",
    "bob ",
    "BOB",
    "bo\u0062\u0301",
  ])("is not reached with the user id %j", async (user) => {
    const ticket = await askForTicket(server, tokenFor(user), DOCUMENT);
    const segments = ticket.key.split("/");
    expect(segments).toHaveLength(4);
    expect(segments[1]).toMatch(/^[\w-]+(\.[0-9a-f]{2}[\w-]*)*$|^(\.[0-9a-f]{2}[\w-]*)+$/);
    expect(segments[1]).not.toBe("bob");
  });
});
