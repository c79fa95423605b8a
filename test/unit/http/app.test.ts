import { describe, expect, it } from "vitest";
import { CONFIG, ENV, NOW, postUpload, startWorker, tokenFor } from "../support/start-worker.ts";

const PNG = { policy: "photo", filename: "a.png", contentType: "image/png", size: 5 };

describe("the edge", () => {
  it("answers 201 with a ticket, its location and headers that keep it out of caches", async () => {
    const response = await postUpload(startWorker(), PNG);
    const body = await response.json<Record<string, unknown>>();
    expect(response.status).toBe(201);
    expect(response.headers.get("location")).toBe(`/v1/uploads/${String(body["id"])}`);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(body).toMatchObject({
      status: "pending",
      policy: "photo",
      method: "PUT",
      headers: { "content-type": "image/png", "if-none-match": "*" },
      contentLength: 5,
      expiresIn: 300,
      expiresAt: "2026-11-22T07:05:00Z",
    });
  });

  it("has a server-timing only where the platform's clock advanced, which it does while the Worker waits", async () => {
    const timingOf = async (stepMs: number) => {
      let nowMs = NOW;
      const worker = startWorker({ dependencies: { now: () => (nowMs += stepMs) } });
      return (await worker.fetch("/healthz")).headers.get("server-timing");
    };
    expect(await timingOf(0)).toBeNull();
    expect(await timingOf(7)).toBe("app;dur=7");
  });

  it("names nothing `expires`, which some clients take for a time-out", async () => {
    const response = await postUpload(startWorker(), PNG);
    expect(Object.keys(await response.json<object>())).not.toContain("expires");
  });

  it("answers a problem with every field for a route that is not there", async () => {
    const response = await startWorker().fetch("/v2/uploads");
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await response.json()).toEqual({
      type: "urn:edge-presigner:problem:not-found",
      title: "Not found",
      status: 404,
      detail: "There is no GET /v2/uploads",
      instance: `urn:uuid:${response.headers.get("x-request-id")}`,
      code: "not-found",
      message: "There is no GET /v2/uploads",
      error: "not-found",
      requestId: response.headers.get("x-request-id"),
    });
  });

  it("reports its state and version without a token", async () => {
    const response = await startWorker().fetch("/healthz");
    expect(await response.json()).toMatchObject({
      status: "ok",
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
    });
  });

  it("refuses a body of more than 16 KiB", async () => {
    const response = await postUpload(startWorker(), { ...PNG, filename: "a".repeat(17_000) });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ code: "too-large", limit: 16_384 });
  });

  it("refuses a long body that does not tell its length", async () => {
    const body = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(8192).fill(32));
      },
    });
    const response = await startWorker().fetch("/v1/uploads", {
      method: "POST",
      headers: { authorization: `Bearer ${await tokenFor()}`, "content-type": "application/json" },
      body,
    });
    expect(response.status).toBe(413);
  });

  it("refuses a caller before it looks at the body", async () => {
    const response = await startWorker().fetch("/v1/uploads", { method: "POST", body: "{" });
    expect(response.status).toBe(401);
  });

  it("wants JSON by name", async () => {
    const response = await startWorker().fetch("/v1/uploads", {
      method: "POST",
      headers: { authorization: `Bearer ${await tokenFor()}`, "content-type": "text/plain" },
      body: JSON.stringify(PNG),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: "bad-request" });
  });

  it("says nothing about a failure but the request id of its log line", async () => {
    const ids = ["11111111-1111-4111-8111-111111111111"];
    const newId = () => {
      const id = ids.pop();
      if (id) return id;
      throw new Error("Out of randomness");
    };
    const worker = startWorker({ dependencies: { newId } });
    const response = await postUpload(worker, PNG);
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(JSON.parse(text)).toMatchObject({
      code: "internal",
      requestId: "11111111-1111-4111-8111-111111111111",
    });
    expect(text).not.toContain("randomness");
    expect(worker.log.join("\n")).toContain("Out of randomness");
  });
});

describe("HEAD", () => {
  const head = async (path: string, authorization = true) => {
    let ids = 0;
    const newId = () => `00000000-0000-4000-8000-${String((ids += 1)).padStart(12, "0")}`;
    const token = authorization ? `Bearer ${await tokenFor()}` : "";
    const response = await startWorker({ dependencies: { newId } }).fetch(path, {
      method: "HEAD",
      headers: { authorization: token, accept: "application/json" },
    });
    return { status: response.status, ids, body: await response.text() };
  };

  it.for(["/presigned-url", "/s3/params?filename=a.png&type=image/png", "/v1/uploads"])(
    "does nothing at %s, where Hono would run GET",
    async (path) => {
      // The one id is that of the request.
      expect(await head(path)).toEqual({ status: 404, ids: 1, body: "" });
      expect(await head(path, false)).toEqual({ status: 401, ids: 1, body: "" });
    },
  );

  it("is answered where GET needs no token", async () => {
    expect((await head("/healthz", false)).status).toBe(200);
    expect((await head("/.well-known/jwks.json", false)).status).toBe(200);
  });
});

describe("CORS", () => {
  const preflight = async (origin: string) =>
    startWorker().fetch("/v1/uploads", {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
      },
    });

  it("answers the preflight of a configured origin, for a day", async () => {
    const response = await preflight("https://app.example.com");
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe("https://app.example.com");
    expect(response.headers.get("access-control-allow-headers")).toBe(
      "authorization,content-type,idempotency-key",
    );
    expect(response.headers.get("access-control-max-age")).toBe("86400");
    expect(response.headers.get("vary")).toContain("Origin");
  });

  it.for([
    "https://app.example.com.evil.example",
    "https://evil.example",
    "http://app.example.com",
    "null",
    "https://app.example.com:8443",
  ])("refuses %s", async (origin) => {
    const response = await preflight(origin);
    expect(response.status).toBe(403);
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
    expect(await response.json()).toMatchObject({ code: "origin-not-allowed" });
  });

  it("refuses what a page of another site loads without an origin, such as a picture", async () => {
    const load = async (site: string) =>
      (await startWorker().fetch("/healthz", { headers: { "sec-fetch-site": site } })).status;
    expect(await load("cross-site")).toBe(403);
    expect(await load("same-origin")).toBe(200);
    expect(await load("none")).toBe(200);
  });

  it("lets a page read a refusal too", async () => {
    const response = await startWorker().fetch("/v1/uploads", {
      method: "POST",
      headers: { origin: "https://app.example.com" },
    });
    expect(response.status).toBe(401);
    expect(response.headers.get("access-control-allow-origin")).toBe("https://app.example.com");
    expect(response.headers.get("access-control-expose-headers")).toContain("retry-after");
  });

  it("tells caches that an answer depends on the origin, also where there is none", async () => {
    const varyOf = async (headers: Readonly<Record<string, string>>) =>
      (await startWorker().fetch("/.well-known/jwks.json", { headers })).headers.get("vary");
    expect(await varyOf({})).toBe("Origin");
    expect(await varyOf({ origin: "https://app.example.com" })).toBe("Origin");
  });

  it("needs no origin from an app that is no browser", async () => {
    expect(
      (await postUpload(startWorker(), PNG)).headers.get("access-control-allow-origin"),
    ).toBeNull();
  });
});

describe("the rate-limit bindings", () => {
  const limiter = (allowed: (key: string) => boolean) => ({
    keys: [] as string[],
    async limit({ key }: { key: string }) {
      this.keys.push(key);
      return Promise.resolve({ success: allowed(key) });
    },
  });

  it("are named in the log once per isolate where they are missing, and requests pass", async () => {
    const worker = startWorker();
    for (const request of [PNG, PNG, PNG]) {
      // oxlint-disable-next-line no-await-in-loop -- one request after the other
      expect((await postUpload(worker, request)).status).toBe(201);
    }
    const lines = worker.log.filter((line) => line.includes("rate-limit-failed"));
    expect(lines).toEqual([
      expect.stringContaining("wrangler.toml has no binding RATE_LIMIT_ADDRESS"),
      expect.stringContaining("wrangler.toml has no binding RATE_LIMIT_CALLER"),
    ]);
  });

  it("refuse an address before authentication", async () => {
    const binding = limiter(() => false);
    const worker = startWorker({ env: { ...ENV, RATE_LIMIT_ADDRESS: binding } });
    const response = await worker.fetch("/v1/uploads", {
      method: "POST",
      headers: { "cf-connecting-ip": "2001:db8::1:2:3" },
    });
    expect(response.status).toBe(429);
    expect(binding.keys).toEqual(["2001:db8:0:0"]);
    expect(await response.json()).toMatchObject({
      code: "rate-limited",
      limit: 600,
      retryAfter: 60,
    });
  });

  it("refuse a caller after authentication, with the numbers in the headers", async () => {
    const binding = limiter(() => false);
    const worker = startWorker({ env: { ...ENV, RATE_LIMIT_CALLER: binding } });
    const response = await postUpload(worker, PNG);
    expect(response.status).toBe(429);
    expect(response.headers.get("retry-after")).toBe("60");
    expect(response.headers.get("ratelimit-policy")).toBe('"caller";q=120;w=60');
    expect(response.headers.get("ratelimit")).toBe('"caller";r=0;t=60');
    expect(binding.keys).toEqual(["https://backend.example.com alice"]);
  });

  it("let requests pass when they fail, and the log says so", async () => {
    const broken = { limit: async () => Promise.reject(new Error("The binding is down")) };
    const worker = startWorker({
      env: { ...ENV, RATE_LIMIT_ADDRESS: broken, RATE_LIMIT_CALLER: broken },
    });
    expect((await postUpload(worker, PNG)).status).toBe(201);
    expect(worker.log.filter((line) => line.includes("rate-limit-failed"))).toHaveLength(2);
  });
});

describe("a configuration with an error", () => {
  it("answers `misconfigured` everywhere and names the missing secret in the log alone", async () => {
    const { AUTH_SECRET: _, ...env } = ENV;
    const worker = startWorker({ env });
    const response = await worker.fetch("/healthz");
    expect(response.status).toBe(503);
    const body = await response.text();
    expect(JSON.parse(body)).toMatchObject({ code: "misconfigured" });
    expect(body).not.toContain("AUTH_SECRET");
    expect(worker.log.join("\n")).toContain("secrets.AUTH_SECRET");
    expect(worker.log.join("\n")).not.toContain(ENV.MEDIA_SECRET_ACCESS_KEY);
  });

  it("serves again when it is fixed", async () => {
    expect((await startWorker({ config: CONFIG }).fetch("/healthz")).status).toBe(200);
  });
});
