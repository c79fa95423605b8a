import { env } from "cloudflare:workers";
import {
  evictDurableObject,
  listDurableObjectIds,
  reset,
  runDurableObjectAlarm,
} from "cloudflare:test";
import { importJWK, jwtVerify } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CONFIG, ENV, postUpload, startWorker, tokenFor } from "../support/start-worker.ts";
import {
  ask,
  complete,
  grant,
  holdOutside,
  isStored,
  ledgerOf,
  moveClock,
  putObject,
  releaseOutside,
  rowsOf,
  type OutsideWorld,
} from "../support/development-worker.ts";

let outside: OutsideWorld;
beforeEach(() => {
  outside = holdOutside();
});
afterEach(async () => {
  releaseOutside();
  await reset();
});

const MINUTE = 60;
const HOUR = 3600;
const DAY = 24 * HOUR;
const EXPIRY_AND_GRACE = 5 * MINUTE + 15 * MINUTE;

const eventsOf = () =>
  outside.delivered.map(
    ({ body }) => JSON.parse(body) as { type: string; data: Record<string, unknown> },
  );
const alarm = async (user?: string) => runDurableObjectAlarm(ledgerOf(user));

describe("exact limits", () => {
  it("give fifty tickets to two hundred requests at once", async () => {
    const body = { policy: "limited", contentType: "image/png", size: 1 };
    const answers = await Promise.all(
      Array.from({ length: 200 }, async () => ask("POST", "/v1/uploads", { body })),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(50);
    expect(statuses.filter((status) => status === 429)).toHaveLength(150);
  });

  it("count bytes when the ticket is given, and tell what remains", async () => {
    expect((await grant(10_000_000)).quota).toMatchObject({
      uploads: { limit: 50, remaining: 49, resetsIn: 60 },
      bytes: { limit: 20_000_000, remaining: 10_000_000, resetsIn: DAY },
      pending: { limit: 50, remaining: 49 },
    });
    await grant(9_999_999);
    const refused = await ask("POST", "/v1/uploads", {
      body: { policy: "limited", contentType: "image/png", size: 2 },
    });
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({
      code: "quota-exceeded",
      type: "https://iana.org/assignments/http-problem-types#quota-exceeded",
      limit: 20_000_000,
      quota: { bytes: { remaining: 1 } },
    });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(refused.headers.get("ratelimit-policy")).toBe(
      '"uploads";q=50;w=60, "bytes";q=20000000;qu="content-bytes";w=86400, "pending";q=50;qu="concurrent-requests"',
    );
    expect(refused.headers.get("ratelimit")).toBe(
      `"uploads";r=48;t=60, "bytes";r=1;t=${DAY}, "pending";r=48`,
    );
    await grant(1);
  });

  it("tell a client that waits as told when it fits again", async () => {
    for (let times = 0; times < 50; times += 1) await grant(1);
    const body = { policy: "limited", contentType: "image/png", size: 1 };
    for (const { id } of (
      await (await ask("GET", "/v1/uploads")).json<{ uploads: { id: string }[] }>()
    ).uploads) {
      await ask("DELETE", `/v1/uploads/${id}`);
    }
    const refused = await ask("POST", "/v1/uploads", { body });
    expect(refused.status).toBe(429);
    const seconds = Number(refused.headers.get("retry-after"));
    moveClock(seconds - 1);
    expect((await ask("POST", "/v1/uploads", { body })).status).toBe(429);
    moveClock(1);
    expect((await ask("POST", "/v1/uploads", { body })).status).toBe(201);
  });

  it("hold one caller only", async () => {
    await grant(10_000_000);
    await grant(10_000_000);
    expect((await grant(10_000_000, "bob")).quota.bytes.remaining).toBe(10_000_000);
  });

  it("are released when an upload is aborted, rejected or expired, and settled when it completes", async () => {
    const remaining = async (user: string) => (await grant(1, user)).quota.bytes.remaining;
    const aborted = await grant(5_000_000, "a");
    await ask("DELETE", `/v1/uploads/${aborted.id}`, { user: "a" });
    expect(await remaining("a")).toBe(19_999_999);

    const rejected = await grant(5_000_000, "b");
    await putObject(rejected.key, 4);
    await complete(rejected.id, "b");
    expect(await remaining("b")).toBe(19_999_999);

    const completed = await grant(5_000_000, "c");
    await putObject(completed.key, 5_000_000);
    await complete(completed.id, "c");
    expect(await remaining("c")).toBe(14_999_999);

    await grant(5_000_000, "d");
    moveClock(EXPIRY_AND_GRACE);
    await alarm("d");
    expect(await remaining("d")).toBe(19_999_999);
  });

  it("cost no Durable Object where a policy has no quota", async () => {
    const ledgers = (await listDurableObjectIds(env.LEDGER)).length;
    const response = await ask("POST", "/v1/uploads", {
      body: { policy: "document", filename: "a.txt", contentType: "text/plain", size: 1 },
    });
    expect(response.status).toBe(201);
    const { id, key } = await response.json<{ id: string; key: string }>();
    await putObject(key, 1, "text/plain");
    expect(await complete(id)).toMatchObject({ status: 200, body: { status: "completed" } });
    expect((await ask("DELETE", `/v1/uploads/${id}`)).status).toBe(204);
    expect(await isStored(key)).toBe(true);
    expect(await listDurableObjectIds(env.LEDGER)).toHaveLength(ledgers);
  });
});

describe("the ledger's failure", () => {
  const config = {
    ...CONFIG,
    policies: {
      ...CONFIG.policies,
      limited: { ...CONFIG.policies["photo"], key: "limited/{user}/{id}", quota: { pending: 1 } },
    },
  };
  const broken = {
    getByName: () => ({ reserve: async () => Promise.reject(new Error("The ledger is down")) }),
  };
  const photo = { policy: "photo", filename: "a.png", contentType: "image/png", size: 5 };

  it.for([
    ["that throws", { ...ENV, LEDGER: broken }],
    ["that is missing", ENV],
  ] as const)("refuses policies with a quota alone: a binding %s", async ([, bindings]) => {
    const worker = startWorker({ config, env: bindings });
    const refused = await postUpload(worker, { ...photo, policy: "limited" });
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("5");
    expect(await refused.json()).toMatchObject({ code: "ledger-unavailable" });
    expect((await postUpload(worker, photo)).status).toBe(201);
    expect(worker.log.join("\n")).toContain("ledger-failed");
  });
});

describe("complete", () => {
  it("answers what the store has, with a receipt that another library of keys can check", async () => {
    const { id, key } = await grant(1000);
    await putObject(key, 1000);
    const { status, body } = await complete(id);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id,
      status: "completed",
      key,
      size: 1000,
      contentType: "image/png",
      metadata: {},
      etag: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    });
    const { keys } = await (
      await ask("GET", "/.well-known/jwks.json")
    ).json<{ keys: [Record<string, string>] }>();
    expect(Object.keys(keys[0]).toSorted()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
    const { payload, protectedHeader } = await jwtVerify(
      String(body["receipt"]),
      await importJWK(keys[0], "ES256"),
      {
        issuer: "edge-presigner",
        audience: "edge-presigner",
        typ: "upload-receipt+jwt",
        currentDate: new Date(),
      },
    );
    expect(protectedHeader.kid).toBe(keys[0]["kid"]);
    expect(payload).toMatchObject({
      sub: "alice",
      upload: {
        store: "local",
        bucket: "uploads",
        key,
        size: 1000,
        contentType: "image/png",
        etag: body["etag"],
        policy: "limited",
        metadata: {},
      },
    });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(HOUR);
  });

  it("is idempotent, and tells the receiver once", async () => {
    const { id, key } = await grant(1000);
    await putObject(key, 1000);
    const answers = await Promise.all([complete(id), complete(id), complete(id)]);
    for (const { status, body } of answers) {
      const { receipt: _, ...rest } = body;
      const { receipt: __, ...first } = answers[0]?.body ?? {};
      expect(status).toBe(200);
      expect(rest).toEqual(first);
    }
    await alarm();
    expect(eventsOf()).toMatchObject([
      { type: "upload.completed", data: { key, size: 1000, user: "alice" } },
    ]);
    expect(await rowsOf("SELECT used FROM window WHERE counter = 'bytes'")).toEqual([
      { used: 1000 },
    ]);
  });

  it("leaves an upload pending whose file is not there yet", async () => {
    const { id, key } = await grant(1000);
    expect(await complete(id)).toMatchObject({
      status: 422,
      body: { code: "verification-failed" },
    });
    await putObject(key, 1000);
    expect(await complete(id)).toMatchObject({ status: 200 });
  });

  it.for([
    ["another size", async (key: string) => putObject(key, 999), "size"],
    ["another type", async (key: string) => putObject(key, 1000, "text/html"), "contentType"],
  ] as const)("rejects %s, takes the object away, and stays so", async ([, put, reason]) => {
    const { id, key } = await grant(1000);
    await put(key);
    expect(await complete(id)).toMatchObject({
      status: 422,
      body: { code: "verification-failed", detail: expect.stringContaining(reason) as string },
    });
    expect(await isStored(key)).toBe(false);
    await putObject(key, 1000);
    expect(await complete(id)).toMatchObject({ status: 422 });
    await alarm();
    expect(eventsOf()).toMatchObject([{ type: "upload.rejected", data: { key } }]);
    moveClock(EXPIRY_AND_GRACE);
    await alarm();
    expect(await isStored(key)).toBe(false);
  });

  it("does not vouch for another ETag than the client saw, and takes nothing away for it", async () => {
    const { id, key } = await grant(1000);
    await putObject(key, 1000);
    const response = await ask("POST", `/v1/uploads/${id}/complete`, { body: { etag: '"0123"' } });
    expect(response.status).toBe(422);
    expect(await isStored(key)).toBe(true);
    expect(await complete(id)).toMatchObject({ status: 200 });
    const body = { policy: "document", filename: "a.txt", contentType: "text/plain", size: 1 };
    const other = await (
      await ask("POST", "/v1/uploads", { body })
    ).json<{ id: string; key: string }>();
    await putObject(other.key, 1, "text/plain");
    await ask("POST", `/v1/uploads/${other.id}/complete`, { body: { etag: '"0123"' } });
    expect(await isStored(other.key)).toBe(true);
  });

  it("gives a receipt that is good from when it is asked for", async () => {
    const { id, key } = await grant(1000);
    await putObject(key, 1000);
    await complete(id);
    moveClock(2 * HOUR);
    const { body } = await complete(id);
    const [, payload = ""] = String(body["receipt"]).split(".");
    const { exp } = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))) as {
      exp: number;
    };
    expect(exp * 1000 - Date.now()).toBe(HOUR * 1000);
  });

  it("is for a narrowed token only where a ticket would be", async () => {
    const { id } = await grant(1000);
    for (const claims of [{ policies: ["photo"] }, { key: "limited/alice/other.png" }]) {
      for (const [method, path] of [
        ["POST", "/complete"],
        ["GET", ""],
        ["DELETE", ""],
      ] as const) {
        expect((await ask(method, `/v1/uploads/${id}${path}`, { claims })).status).toBe(404);
      }
      expect(await (await ask("GET", "/v1/uploads", { claims })).json()).toEqual({ uploads: [] });
    }
  });

  it("rejects an object with another MD5 than was granted", async () => {
    const checksum = { algorithm: "md5", value: btoa("\u0001".repeat(16)) };
    const response = await ask("POST", "/v1/uploads", {
      body: { policy: "limited", contentType: "image/png", size: 10, checksum },
    });
    const { id, key } = await response.json<{ id: string; key: string }>();
    await putObject(key, 10);
    expect(await complete(id)).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining("checksum") as string },
    });
  });

  it("answers 410 where the ticket expired and nothing came", async () => {
    const { id } = await grant();
    moveClock(5 * MINUTE);
    expect(await complete(id)).toMatchObject({ status: 410, body: { code: "upload-expired" } });
  });

  it("takes a file that came after its upload was given up", async () => {
    const { id, key } = await grant(1000);
    moveClock(EXPIRY_AND_GRACE);
    await alarm();
    await putObject(key, 1000);
    expect(await complete(id)).toMatchObject({ status: 200, body: { status: "completed" } });
  });

  it.for([
    ["fails", () => new Response(null, { status: 500 })],
    ["forbids", () => new Response(null, { status: 403 })],
    [
      "redirects",
      () => new Response(null, { status: 307, headers: { location: "https://evil.example" } }),
    ],
    ["is away", () => Promise.reject(new TypeError("Connection refused"))],
    ["tells no length", () => new Response(null, { status: 200 })],
  ] as const)("answers 502 and leaves the upload pending where the store %s", async ([, store]) => {
    const { id, key } = await grant(1000);
    await putObject(key, 1000);
    outside.store = store;
    expect(await complete(id)).toMatchObject({ status: 502, body: { code: "store-unavailable" } });
    outside.store = undefined;
    expect(await complete(id)).toMatchObject({ status: 200 });
  });

  it("knows nobody else's id, and no false one", async () => {
    const { id } = await grant();
    const [header = "", payload = "", signature = ""] = id.split(".");
    const forged = `${header}.${payload.slice(0, -2)}AA.${signature}`;
    for (const [other, user] of [
      [id, "bob"],
      [forged, "alice"],
      ["x", "alice"],
      [`${header}.${payload}.`, "alice"],
    ] as const) {
      for (const [method, path] of [
        ["POST", "/complete"],
        ["GET", ""],
        ["DELETE", ""],
      ] as const) {
        const response = await ask(method, `/v1/uploads/${other}${path}`, { user });
        expect([response.status, (await response.json<{ code: string }>()).code]).toEqual([
          404,
          "upload-not-found",
        ]);
      }
    }
  });

  it("knows nobody else's id for a policy without a ledger either", async () => {
    const body = { policy: "document", filename: "a.txt", contentType: "text/plain", size: 1 };
    const { id, key } = await (
      await ask("POST", "/v1/uploads", { body })
    ).json<{ id: string; key: string }>();
    await putObject(key, 1, "text/plain");
    expect(await complete(id, "bob")).toMatchObject({ status: 404 });
    expect(await complete(id)).toMatchObject({ status: 200 });
  });

  it("takes nothing away under a key that another upload may have too", async () => {
    const claims = { key: "limited/alice/mine.png" };
    const body = { policy: "limited", contentType: "image/png", size: 1000 };
    const { id, key } = await (
      await ask("POST", "/v1/uploads", { body, claims })
    ).json<{ id: string; key: string }>();
    await putObject(key, 999);
    expect(await complete(id)).toMatchObject({ status: 422 });
    moveClock(EXPIRY_AND_GRACE);
    await alarm();
    expect(await isStored(key)).toBe(true);
  });

  it("takes nothing away where another upload was completed under the same key", async () => {
    const first = await grant(1000);
    await ask("DELETE", `/v1/uploads/${first.id}`);
    const again = await ask("POST", "/v1/uploads", {
      body: { policy: "limited", contentType: "image/png", size: 1000 },
      claims: { key: first.key.replace(/bin$/, "png") },
    });
    const { id, key } = await again.json<{ id: string; key: string }>();
    expect(key).toBe(first.key);
    await putObject(key, 1000);
    expect(await complete(id)).toMatchObject({ status: 200 });
    moveClock(EXPIRY_AND_GRACE);
    await alarm();
    await ask("DELETE", `/v1/uploads/${first.id}`);
    expect(await isStored(key)).toBe(true);
  });

  it("without a record touches nothing once the ticket is old", async () => {
    const body = { policy: "document", filename: "a.txt", contentType: "text/plain", size: 2 };
    const { id, key } = await (
      await ask("POST", "/v1/uploads", { body })
    ).json<{ id: string; key: string }>();
    await putObject(key, 2, "text/plain");
    expect(await complete(id)).toMatchObject({ status: 200 });
    moveClock(EXPIRY_AND_GRACE);
    await putObject(key, 1, "text/plain");
    expect(await complete(id)).toMatchObject({ status: 422 });
    expect(await isStored(key)).toBe(true);
  });

  it("opens ids of the secret before a rotation", async () => {
    const old = await (
      await postUpload(startWorker(), { contentType: "image/png", size: 5 })
    ).json<{ id: string }>();
    const rotated = {
      ...ENV,
      UPLOAD_ID_SECRET: "another upload id secret of more than 32 characters",
    };
    const path = `/v1/uploads/${old.id}/complete`;
    const store = { fetch: async () => Promise.resolve(new Response(null, { status: 404 })) };
    const statusWith = async (secrets: Record<string, unknown>) => {
      const worker = startWorker({ env: secrets, dependencies: store });
      return (
        await worker.fetch(path, {
          method: "POST",
          headers: { authorization: `Bearer ${await tokenFor()}` },
        })
      ).status;
    };
    expect(await statusWith(rotated)).toBe(404);
    expect(await statusWith({ ...rotated, UPLOAD_ID_SECRET_PREVIOUS: ENV.UPLOAD_ID_SECRET })).toBe(
      422,
    );
  });
});

describe("abort", () => {
  it("takes away what came, now and later, and cannot undo a completion", async () => {
    const { id, key } = await grant(1000);
    await putObject(key, 1000);
    expect((await ask("DELETE", `/v1/uploads/${id}`)).status).toBe(204);
    expect(await isStored(key)).toBe(false);
    expect((await ask("DELETE", `/v1/uploads/${id}`)).status).toBe(204);
    expect(await complete(id)).toMatchObject({ status: 410 });
    await putObject(key, 1000);
    moveClock(EXPIRY_AND_GRACE);
    await alarm();
    expect(await isStored(key)).toBe(false);

    const other = await grant(1000);
    await putObject(other.key, 1000);
    await complete(other.id);
    const refused = await ask("DELETE", `/v1/uploads/${other.id}`);
    expect([refused.status, (await refused.json<{ code: string }>()).code]).toEqual([
      409,
      "already-completed",
    ]);
    expect(await isStored(other.key)).toBe(true);
    await alarm();
    expect(eventsOf().map(({ type }) => type)).toEqual(["upload.completed"]);
  });
});

describe("records", () => {
  it("tell one upload, and all of a caller, the newest first, a page at a time", async () => {
    const ids: string[] = [];
    for (let times = 0; times < 60; times += 1) {
      if (times === 30) moveClock(MINUTE * 2);
      const { id } = await grant(1);
      ids.unshift(id);
      if (times < 20) await ask("DELETE", `/v1/uploads/${id}`);
      moveClock(1);
    }
    const first = await (
      await ask("GET", "/v1/uploads")
    ).json<{ uploads: { id: string }[]; cursor: string }>();
    expect(first.uploads).toHaveLength(50);
    const second = await (
      await ask("GET", `/v1/uploads?cursor=${first.cursor}`)
    ).json<{ uploads: { id: string }[] }>();
    expect([...first.uploads, ...second.uploads].map(({ id }) => id)).toEqual(ids);
    expect(second).not.toHaveProperty("cursor");
    const aborted = await (
      await ask("GET", "/v1/uploads?status=aborted")
    ).json<{ uploads: unknown[] }>();
    expect(aborted.uploads).toHaveLength(20);
    expect(await (await ask("GET", "/v1/uploads", { user: "bob" })).json()).toEqual({
      uploads: [],
    });
    expect((await ask("GET", "/v1/uploads?cursor=x")).status).toBe(422);
    expect((await ask("GET", "/v1/uploads?status=x")).status).toBe(422);
    const one = await (await ask("GET", `/v1/uploads/${ids[0]}`)).json();
    expect(one).toMatchObject({
      id: ids[0],
      status: "pending",
      policy: "limited",
      contentType: "image/png",
      size: 1,
    });
  });
});

describe("a ledger that was only asked", () => {
  it("keeps nothing", async () => {
    expect(await (await ask("GET", "/v1/uploads", { user: "nobody" })).json()).toEqual({
      uploads: [],
    });
    expect(await rowsOf("SELECT name FROM sqlite_master WHERE name = 'upload'", "nobody")).toEqual(
      [],
    );
  });
});

describe("the alarm", () => {
  it("completes what came while the client died, and tells the receiver", async () => {
    const { id, key } = await grant(1000);
    await putObject(key, 1000);
    moveClock(EXPIRY_AND_GRACE);
    expect(await alarm()).toBe(true);
    expect(eventsOf()).toMatchObject([{ type: "upload.completed", data: { key, size: 1000 } }]);
    expect(await complete(id)).toMatchObject({ status: 200, body: { status: "completed" } });
  });

  it("asks for nothing before the grace is over", async () => {
    await grant(1000);
    moveClock(EXPIRY_AND_GRACE - 1);
    await alarm();
    expect(outside.asked).toEqual([]);
  });

  it("gives up what never came", async () => {
    const { id } = await grant(1000);
    moveClock(EXPIRY_AND_GRACE);
    await alarm();
    expect(eventsOf()).toMatchObject([{ type: "upload.expired" }]);
    expect(await (await ask("GET", `/v1/uploads/${id}`)).json()).toMatchObject({
      status: "expired",
    });
  });

  it("asks again, later and later, while the store is down, and loses nothing", async () => {
    const { id, key } = await grant(1000);
    await putObject(key, 1000);
    outside.store = () => new Response(null, { status: 503 });
    moveClock(EXPIRY_AND_GRACE);
    for (let hours = 0; hours < 24; hours += 1) {
      await alarm();
      moveClock(HOUR);
    }
    expect(outside.asked.length).toBeGreaterThan(10);
    const [waiting] = await rowsOf("SELECT attempts, due_ms FROM upload");
    expect(Number(waiting?.["attempts"])).toBeGreaterThan(10);
    expect(Number(waiting?.["due_ms"]) - Date.now()).toBe(0);
    expect(await (await ask("GET", `/v1/uploads/${id}`)).json()).toMatchObject({
      status: "pending",
    });
    outside.store = undefined;
    await alarm();
    expect(await (await ask("GET", `/v1/uploads/${id}`)).json()).toMatchObject({
      status: "completed",
    });
  });

  it("settles many, ten at a time", async () => {
    for (let times = 0; times < 25; times += 1) await grant(1);
    moveClock(EXPIRY_AND_GRACE);
    for (let times = 0; times < 3; times += 1) await alarm();
    expect(await rowsOf("SELECT status, count(*) AS count FROM upload GROUP BY status")).toEqual([
      { status: "expired", count: 25 },
    ]);
  });

  it("lets an idle ledger delete itself, and a deleted one begin anew", async () => {
    const { id, key } = await grant(1000);
    await putObject(key, 1000);
    await complete(id);
    await alarm();
    expect(await rowsOf("SELECT id FROM upload")).toHaveLength(1);
    moveClock(7 * DAY);
    await alarm();
    await alarm();
    expect(
      await rowsOf(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'",
      ),
    ).toEqual([]);
    expect((await grant(1000)).quota.bytes.remaining).toBe(19_999_000);
  });
});

describe("an eviction between two steps", () => {
  it("loses nothing and counts nothing twice", async () => {
    const evict = async () => {
      await rowsOf("SELECT 1");
      await evictDurableObject(ledgerOf());
    };
    const { id, key } = await grant(1000);
    await evict();
    await putObject(key, 1000);
    await evict();
    expect(await complete(id)).toMatchObject({ status: 200 });
    await evict();
    expect(await complete(id)).toMatchObject({ status: 200 });
    outside.receiver = () => new Response(null, { status: 500 });
    await evict();
    await alarm();
    await evict();
    outside.receiver = () => new Response(null, { status: 200 });
    moveClock(MINUTE);
    await alarm();
    await evict();
    moveClock(DAY);
    await alarm();
    expect(eventsOf().map(({ type }) => type)).toEqual(["upload.completed", "upload.completed"]);
    expect(new Set(outside.delivered.map(({ headers }) => headers.get("webhook-id"))).size).toBe(1);
    expect(await rowsOf("SELECT counter, used FROM window ORDER BY counter")).toEqual([
      { counter: "bytes", used: 1000 },
      { counter: "uploads", used: 1 },
    ]);
    expect(await rowsOf("SELECT * FROM message")).toEqual([]);
  });
});

describe("webhooks", () => {
  const completeOne = async () => {
    const { id, key } = await grant(1000);
    await putObject(key, 1000);
    await complete(id);
    return key;
  };

  it("miss nothing for a receiver that is down for a day", async () => {
    outside.receiver = () => new Response(null, { status: 503 });
    const keys = [await completeOne(), await completeOne(), await completeOne()];
    for (let minutes = 0; minutes < 24 * 60; minutes += 20) {
      await alarm();
      moveClock(20 * MINUTE);
    }
    const attempts = outside.delivered.length;
    expect(attempts).toBeGreaterThan(3 * 20);
    expect(attempts).toBeLessThan(3 * 40);
    outside.delivered.length = 0;
    outside.receiver = () => new Response(null, { status: 200 });
    moveClock(70 * MINUTE);
    await alarm();
    const told = eventsOf().map(({ data }) => String(data["key"]));
    expect(told.toSorted()).toEqual(keys.toSorted());
    await alarm();
    expect(outside.delivered).toHaveLength(3);
  });

  it("come after 5 s, 30 s, 2 min, 10 min, then every hour, give or take a tenth", async () => {
    outside.receiver = () => new Response(null, { status: 500 });
    await completeOne();
    const waits: number[] = [];
    for (let times = 0; times < 6; times += 1) {
      await alarm();
      const [row] = await rowsOf("SELECT next_ms FROM message");
      waits.push((Number(row?.["next_ms"]) - Date.now()) / 1000);
      moveClock((waits.at(-1) ?? 0) + 1);
    }
    for (const [index, expected] of [5, 30, 120, 600, 3600, 3600].entries()) {
      expect(Math.abs((waits[index] ?? 0) - expected)).toBeLessThanOrEqual(expected / 10);
    }
  });

  it("stop after three days, and the log says so", async () => {
    outside.receiver = () => new Response(null, { status: 500 });
    await completeOne();
    await alarm();
    moveClock(3 * DAY);
    await alarm();
    expect(await rowsOf("SELECT * FROM message")).toEqual([]);
  });

  it("stop at 410", async () => {
    outside.receiver = () => new Response(null, { status: 410 });
    await completeOne();
    await alarm();
    moveClock(HOUR);
    await alarm();
    expect(outside.delivered).toHaveLength(1);
  });

  it.for([
    [
      "a redirect",
      () => new Response(null, { status: 302, headers: { location: "https://evil.example" } }),
    ],
    [
      "no answer",
      () => Promise.reject(new DOMException("The operation timed out", "TimeoutError")),
    ],
  ] as const)("take %s for a failure", async ([, receiver]) => {
    outside.receiver = receiver;
    await completeOne();
    await alarm();
    expect(await rowsOf("SELECT attempts FROM message")).toEqual([{ attempts: 1 }]);
  });
});
