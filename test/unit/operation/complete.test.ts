import { reset, runDurableObjectAlarm } from "cloudflare:test";
import { decodeJwt, importJWK, jwtVerify } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ENV, postUpload, startWorker, tokenFor } from "../support/start-worker.ts";
import {
  ask,
  complete,
  grant,
  controlEnvironment,
  isStored,
  ledgerOf,
  moveClock,
  putObject,
  restoreEnvironment,
  rowsOf,
  type Environment,
} from "../support/development-worker.ts";

let environment: Environment;

beforeEach(() => {
  environment = controlEnvironment();
});

afterEach(async () => {
  restoreEnvironment();
  await reset();
});

const MINUTE = 60;

const HOUR = 3600;

const EXPIRY_AND_GRACE = 5 * MINUTE + 15 * MINUTE;

const eventsOf = () =>
  environment.delivered.map(
    ({ body }) => JSON.parse(body) as { type: string; data: Record<string, unknown> },
  );

const alarm = async (user?: string) => runDurableObjectAlarm(ledgerOf(user));

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

  it("is idempotent, and sends one webhook", async () => {
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

  it("is for a restricted token only where a ticket would be", async () => {
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

  it("takes a file that came after its upload was aborted", async () => {
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
    ["gives no length", () => new Response(null, { status: 200 })],
  ] as const)("answers 502 and leaves the upload pending where the store %s", async ([, store]) => {
    const { id, key } = await grant(1000);
    await putObject(key, 1000);
    environment.store = store;
    expect(await complete(id)).toMatchObject({ status: 502, body: { code: "store-unavailable" } });
    environment.store = undefined;
    expect(await complete(id)).toMatchObject({ status: 200 });
  });

  it("rejects metadata that was not granted, and vouches for none of it", async () => {
    const { id, key } = await grant(10);
    await putObject(key, 10, "image/png", { role: "owner" });
    const { status, body } = await complete(id);
    expect(status).toBe(422);
    expect(body).toMatchObject({
      upload: "rejected",
      detail: expect.stringContaining("other metadata than was granted: role") as string,
    });
    expect(JSON.stringify(body)).not.toContain("owner");
    await alarm();
    expect(eventsOf()).toHaveLength(1);
    expect(eventsOf()[0]?.type).toBe("upload.rejected");
    expect(JSON.stringify(eventsOf())).not.toContain("owner");
  });

  it("vouches for granted metadata that the store has encoded in its own way", async () => {
    const metadata = { album: "plain", note: "Café Österreich" };
    const response = await ask("POST", "/v1/uploads", {
      body: {
        policy: "document",
        filename: "a.txt",
        contentType: "text/plain",
        size: 2,
        metadata,
      },
    });
    const { id, key } = await response.json<{ id: string; key: string }>();
    await putObject(key, 2, "text/plain", {
      album: "plain",
      note: "=?UTF-8?Q?Caf=C3=A9_=C3=96sterreich?=",
    });
    expect(await complete(id)).toMatchObject({ status: 200, body: { metadata } });
  });

  it("vouches for no metadata that release 0.1.0 wrote down without knowing what was granted", async () => {
    const { id, key } = await grant(10);
    await putObject(key, 10);
    expect(await complete(id)).toMatchObject({ status: 200 });
    await rowsOf(`UPDATE upload SET claims = json_remove(claims, '$.metadata'),
      result = json_set(result, '$.verified.metadata', json('{"role":"owner"}'))`);
    const { status, body } = await complete(id);
    expect(status).toBe(200);
    expect(body).toMatchObject({ metadata: {} });
    expect(decodeJwt(String(body["receipt"]))).toMatchObject({ upload: { key, metadata: {} } });
    const listed = await (await ask("GET", "/v1/uploads")).text();
    expect(listed).not.toContain("owner");
  });

  it("knows nobody else's id, and no false one", async () => {
    const { id } = await grant();
    const forged = `${id.slice(0, 60)}${id[60] === "A" ? "B" : "A"}${id.slice(61)}`;
    for (const [other, user] of [
      [id, "bob"],
      [forged, "alice"],
      ["x", "alice"],
      [id.slice(0, -22), "alice"],
      [`${id}A`, "alice"],
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
    const previous = { ...rotated, UPLOAD_ID_SECRET_PREVIOUS: ENV.UPLOAD_ID_SECRET };
    expect(await statusWith(previous)).toBe(422);
    // Whoever has the previous secret makes no id of an upload after the rotation.
    const earlier = { ...previous, UPLOAD_ID_SECRET_ROTATED_AT: "2026-11-22T06:59:59Z" };
    expect(await statusWith(earlier)).toBe(404);
  });
});
