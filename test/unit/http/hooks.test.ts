import { Hono } from "hono";
import { describe, expect, it, vi } from "vitest";
import type { Hooks, Question } from "../../../src/hooks.ts";
import { createMountedApp } from "../../../src/http/mounted-app.ts";
import { CONFIG, NOW, postUpload, startWorker, tokenFor } from "../support/start-worker.ts";

const PNG = { policy: "photo", filename: "a.png", contentType: "image/png", size: 5 };
const { issuers: _, ...WITHOUT_ISSUERS } = CONFIG;
const ORIGIN = { origin: "https://app.example.com" };

const authenticate: NonNullable<Hooks["authenticate"]> = (request) => {
  const user = /user=(\w+)/.exec(request.headers.get("cookie") ?? "")?.[1];
  if (user === undefined) throw new Error("The cookie is bad: secret=hunter2");
  return { user };
};

const startSession = (hooks: Hooks = { authenticate }, config: unknown = WITHOUT_ISSUERS) =>
  startWorker({ hooks, config });

const post = (headers: object, body: unknown = PNG) => ({
  method: "POST",
  headers: { cookie: "user=alice", "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
});

describe("the hook authenticate", () => {
  it("names the user in place of a token, under an issuer of its own", async () => {
    const granted = vi.fn<NonNullable<Hooks["onGranted"]>>();
    const work: Promise<unknown>[] = [];
    const worker = startWorker({
      hooks: { authenticate, onGranted: granted },
      config: WITHOUT_ISSUERS,
      dependencies: { waitUntil: (one) => void work.push(one) },
    });
    const response = await worker.fetch("/v1/uploads", post(ORIGIN));
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({
      key: expect.stringMatching(/^photos\/alice\//) as string,
    });
    await Promise.all(work);
    expect(granted.mock.calls[0]?.[0].caller).toEqual({
      issuer: "urn:edge-presigner:session",
      user: "alice",
    });
  });

  it("is asked about an empty bearer token where there are no issuers, as clients that need one send it", async () => {
    const headers = { ...ORIGIN, authorization: "Bearer " };
    expect((await startSession().fetch("/v1/uploads", post(headers))).status).toBe(201);
    const issuers = CONFIG.issuers.map((issuer, index) => ({ ...issuer, userPrefix: `i${index}` }));
    const withIssuers = startSession({ authenticate }, { ...CONFIG, issuers });
    expect((await withIssuers.fetch("/v1/uploads", post(headers))).status).toBe(401);
  });

  it("answers a throw as every other refusal of identity, and logs no message of it", async () => {
    const worker = startSession();
    const refused = await worker.fetch("/v1/uploads", post({ ...ORIGIN, cookie: "bad" }));
    const other = await startWorker().fetch("/v1/uploads", { method: "POST" });
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toBe(other.headers.get("www-authenticate"));
    const withoutId = async (response: Response) => {
      const { instance, requestId, ...body } = await response.json<Record<string, unknown>>();
      expect([instance, requestId]).not.toContain(undefined);
      return body;
    };
    expect(await withoutId(refused)).toEqual(await withoutId(other));
    expect(worker.log.join()).toContain("The hook authenticate threw Error");
    expect(worker.log.join()).not.toContain("hunter2");
  });

  it.for([
    ["no user", {}],
    ["an empty user", { user: "" }],
    ["a user that is no text", { user: 5 }],
    ["a user of more than 255 bytes", { user: "a".repeat(256) }],
    ["claims that are no object", { user: "alice", claims: "x" }],
    ["malformed restrictions", { user: "alice", claims: { maxBytes: "5" } }],
    ["a session that is over", { user: "alice", claims: { exp: NOW / 1000 } }],
    ["a session whose end is no number", { user: "alice", claims: { exp: "2040" } }],
    ["nothing", undefined],
  ])("refuses %s", async ([, session]) => {
    const worker = startSession({ authenticate: () => session as never });
    expect((await worker.fetch("/v1/uploads", post(ORIGIN))).status).toBe(401);
  });

  it("refuses a session that takes too long", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    const worker = startSession({ authenticate: async () => new Promise(() => undefined) });
    const answer = worker.fetch("/v1/uploads", post(ORIGIN));
    await vi.advanceTimersByTimeAsync(5000);
    expect((await answer).status).toBe(401);
    expect(worker.log.join()).toContain("took too long");
    vi.useRealTimers();
  });

  it("restricts as the claims of a token do", async () => {
    const worker = startSession({
      authenticate: () => ({ user: "alice", claims: { actions: ["list"], sub: "bob" } }),
    });
    const response = await worker.fetch("/v1/uploads", post(ORIGIN));
    expect(await response.json()).toMatchObject({ code: "forbidden" });
  });

  it.for<[string, object, number]>([
    ["an allowed origin", ORIGIN, 201],
    ["its own host's pages", { "sec-fetch-site": "same-origin" }, 201],
    [
      "its own host's pages, with their origin",
      { "sec-fetch-site": "same-origin", origin: "https://uploads.example.com" },
      201,
    ],
    ["neither", {}, 403],
    ["another origin", { origin: "https://evil.example" }, 403],
    ["no origin", { origin: "null" }, 403],
    ["another site", { "sec-fetch-site": "cross-site" }, 403],
    ["a neighbouring host", { "sec-fetch-site": "same-site" }, 403],
    ["an address that was typed", { "sec-fetch-site": "none" }, 403],
  ])("on each route wants %s", async ([, headers, status]) => {
    const hook = vi.fn(authenticate);
    const worker = startSession({ authenticate: hook });
    expect((await worker.fetch("/v1/uploads", post(headers))).status).toBe(status);
    expect(hook).toHaveBeenCalledTimes(status === 201 ? 1 : 0);
    if (status === 201) return;
    for (const [method, path] of [
      ["GET", "/v1/uploads"],
      ["DELETE", "/v1/uploads/x"],
      ["DELETE", "/v1/objects"],
      ["POST", "/v1/downloads"],
      ["POST", "/s3/presign"],
      ["GET", "/s3/multipart/x/1"],
      ["GET", "/v1/none"],
    ] as const) {
      const response = await worker.fetch(path, {
        method,
        headers: { cookie: "user=alice", ...headers },
      });
      expect([path, response.status]).toEqual([path, 403]);
    }
  });

  it.for([
    "/presigned-url?fileType=image/png",
    "/s3/params?filename=a.png&type=image/png&metadata[size]=5",
  ])("creates nothing by GET %s", async (path) => {
    const headers = {
      cookie: "user=alice",
      accept: "application/json",
      "sec-fetch-site": "same-origin",
    };
    const response = await startSession().fetch(path, { headers });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: "forbidden" });
  });

  it("lets an allowed page send its cookies", async () => {
    const preflight = await startSession().fetch("/v1/uploads", {
      method: "OPTIONS",
      headers: { ...ORIGIN, "access-control-request-method": "POST" },
    });
    const answer = await startSession().fetch("/v1/uploads", post(ORIGIN));
    for (const { headers } of [preflight, answer])
      expect(headers.get("access-control-allow-credentials")).toBe("true");
    const other = await startWorker().fetch("/healthz", { headers: ORIGIN });
    expect(other.headers.get("access-control-allow-credentials")).toBeNull();
  });

  it("sees no body, and the variables of the outer app", async () => {
    const seen: unknown[] = [];
    const { worker } = startSession({
      authenticate: async (request, { variables }) => {
        seen.push(await request.text(), variables["user"]);
        return { user: String(variables["user"]) };
      },
    });
    const app = new Hono<{ Variables: { user: string } }>()
      .use(async (c, next) => {
        c.set("user", "carol");
        await next();
      })
      .route("/uploads", createMountedApp(worker.answer));
    const response = await app.request("/uploads/v1/uploads", post(ORIGIN));
    expect(await response.json()).toMatchObject({
      key: expect.stringMatching(/^photos\/carol\//) as string,
    });
    expect(seen).toEqual(["", "carol"]);
  });

  it("is beside issuers for requests with a token, whose users have another prefix", async () => {
    const issuers = CONFIG.issuers.map((issuer) => ({ ...issuer, userPrefix: "jwt" }));
    const worker = startSession({ authenticate }, { ...CONFIG, issuers });
    const byToken = await postUpload(worker, PNG);
    expect(await byToken.json()).toMatchObject({
      key: expect.stringMatching(/^photos\/jwt\.-alice\//) as string,
    });
    const invalid = await worker.fetch(
      "/v1/uploads",
      post({ ...ORIGIN, authorization: "Bearer x" }),
    );
    expect(invalid.status).toBe(401);
    expect((await worker.fetch("/v1/uploads", post(ORIGIN))).status).toBe(201);
  });

  it.for<[string, Hooks, unknown, string]>([
    ["issuers without a prefix beside it", { authenticate }, CONFIG, "userPrefix"],
    ["neither issuers nor the hook", {}, WITHOUT_ISSUERS, "issuers"],
    [
      "its own issuer in a configuration",
      {},
      { ...CONFIG, issuers: [{ ...CONFIG.issuers[0], issuer: "urn:edge-presigner:session" }] },
      "own sessions",
    ],
  ])("makes misconfigured: %s", async ([, hooks, config, named]) => {
    const worker = startSession(hooks, config);
    expect((await worker.fetch("/healthz")).status).toBe(503);
    expect(worker.log.join()).toContain(named);
  });
});

describe("the hook authorize", () => {
  const ask = async (
    answer: unknown,
    body: object = PNG,
    claims: Readonly<Record<string, unknown>> = {},
  ) => {
    const worker = startWorker({ hooks: { authorize: () => answer as never } });
    const response = await postUpload(worker, body, claims);
    return {
      worker,
      status: response.status,
      body: await response.json<Record<string, unknown>>(),
    };
  };

  it("is asked with the user, the policy and the upload", async () => {
    const asked: Question[] = [];
    const worker = startWorker({
      hooks: { authorize: (question) => (asked.push(question), {}) },
    });
    const { policy: __, ...byDefault } = PNG;
    expect((await postUpload(worker, byDefault)).status).toBe(201);
    expect(asked).toEqual([
      {
        action: "upload",
        caller: {
          issuer: "https://backend.example.com",
          user: "alice",
          claims: expect.objectContaining({ sub: "alice" }) as object,
        },
        policy: "photo",
        filename: "a.png",
        contentType: "image/png",
        size: 5,
        metadata: {},
      },
    ]);
  });

  it("refuses with false", async () => {
    expect(await ask(false)).toMatchObject({ status: 403, body: { code: "forbidden" } });
  });

  it("restricts types, bytes and lifetimes", async () => {
    expect(await ask({ types: ["image/jpeg"] })).toMatchObject({ status: 415 });
    expect(await ask({ maxBytes: 4 })).toMatchObject({ status: 413, body: { limit: 4 } });
    expect(await ask({ maxBytes: "1 MB" }, { ...PNG, size: undefined })).toMatchObject({
      body: { code: "size-required" },
    });
    expect(await ask({ expiresIn: "1 min" })).toMatchObject({
      status: 201,
      body: { expiresIn: 60 },
    });
  });

  it("never widens what the policy and the token allow", async () => {
    const wide = { types: ["*/*", "text/html"], maxBytes: "1 TB", expiresIn: "7 days" };
    expect(await ask(wide)).toMatchObject({ status: 201, body: { expiresIn: 300 } });
    expect(await ask(wide, { ...PNG, contentType: "text/html", filename: "a.html" })).toMatchObject(
      {
        status: 415,
      },
    );
    expect(await ask(wide, { ...PNG, size: 10_000_001 })).toMatchObject({ status: 413 });
    expect(await ask(wide, PNG, { maxBytes: 4 })).toMatchObject({
      status: 413,
      body: { limit: 4 },
    });
    expect(await ask(wide, PNG, { policies: ["avatar"] })).toMatchObject({ status: 403 });
  });

  it.for<[string, unknown]>([
    ["nothing", undefined],
    ["true", true],
    ["an unknown restriction", { maxbytes: 5 }],
    ["a lifetime of nothing", { expiresIn: 0 }],
  ])("signs nothing for %s, which is an error of the app", async ([, answer]) => {
    const { status, body, worker } = await ask(answer);
    expect(status).toBe(500);
    expect(body).not.toHaveProperty("url");
    expect(worker.log.join()).toContain("request-failed");
  });

  it("signs nothing if it throws, and logs no message of it", async () => {
    const worker = startWorker({
      hooks: {
        authorize: () => {
          throw new TypeError("secret=hunter2");
        },
      },
    });
    expect((await postUpload(worker, PNG)).status).toBe(500);
    expect(worker.log.join()).toContain("The hook authorize threw TypeError");
    expect(worker.log.join()).not.toContain("hunter2");
  });

  it("decides for each upload of a batch", async () => {
    const worker = startWorker({
      hooks: { authorize: (one) => (one.action === "upload" && one.size === 6 ? false : {}) },
    });
    const response = await worker.fetch("/v1/uploads/batch", {
      method: "POST",
      headers: { authorization: `Bearer ${await tokenFor()}`, "content-type": "application/json" },
      body: JSON.stringify({ uploads: [PNG, { ...PNG, size: 6 }] }),
    });
    expect(await response.json()).toMatchObject({ results: [{ status: 201 }, { status: 403 }] });
  });

  it("decides about downloads and deletions, after the policy", async () => {
    const config = {
      ...CONFIG,
      policies: {
        ...CONFIG.policies,
        page: { ...CONFIG.policies["page"], download: true, delete: true },
      },
    };
    const asked: string[] = [];
    const authorize: Hooks["authorize"] = ({ action }) => (asked.push(action), false);
    const worker = startWorker({ config, hooks: { authorize } });
    const send = async (method: string, path: string, key: string) =>
      worker.fetch(path, {
        method,
        headers: {
          authorization: `Bearer ${await tokenFor()}`,
          "content-type": "application/json",
        },
        body: JSON.stringify({ policy: "page", key }),
      });
    const own = "pages/alice/2026/11/22/00000000-0000-4000-8000-000000000001.html";
    expect((await send("POST", "/v1/downloads", own)).status).toBe(403);
    expect((await send("DELETE", "/v1/objects", own)).status).toBe(403);
    expect(asked).toEqual(["download", "delete"]);
    expect((await send("POST", "/v1/downloads", own.replace("alice", "bob"))).status).toBe(403);
    expect(asked).toHaveLength(2);
  });
});

describe("the hook onGranted", () => {
  it("is called after the answer, and its error changes nothing but the log", async () => {
    const work: Promise<unknown>[] = [];
    const seen: unknown[] = [];
    const worker = startWorker({
      dependencies: { waitUntil: (one) => void work.push(one) },
      hooks: {
        onGranted: (event) => {
          seen.push(event);
          throw new Error("secret=hunter2");
        },
      },
    });
    const response = await postUpload(worker, PNG);
    expect(response.status).toBe(201);
    expect(seen).toEqual([]);
    await Promise.all(work);
    const { key } = await response.json<{ key: string }>();
    expect(seen).toEqual([
      {
        caller: { issuer: "https://backend.example.com", user: "alice" },
        upload: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        policy: "photo",
        key,
        contentType: "image/png",
        size: 5,
        expiresAt: new Date(NOW + 300_000),
      },
    ]);
    expect(worker.log.join()).toContain("hook-failed");
    expect(worker.log.join()).not.toContain("hunter2");
  });
});
