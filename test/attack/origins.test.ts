/**
 * Pages of other origins, and what caches keep for them.
 *
 * OWASP "Cross-Site Request Forgery Prevention" and PortSwigger "Exploiting CORS misconfigurations": a
 * reflected origin, `null`, a suffix; and an answer without `Vary` that a cache gives to another origin.
 */
import { describe, expect, it } from "vitest";
import { DOCUMENT, alice, server } from "./support/attack.ts";

/** What a first tutorial does: whoever asks may read. */
const answerCarelessly = (origin: string) => ({
  "access-control-allow-origin": origin,
  "access-control-allow-credentials": "true",
});

const OTHERS = [
  "https://evil.example",
  "null",
  "http://localhost.evil.example",
  "http://localhost:80@evil.example",
  "http://evil.example:80",
  "https://localhost:8787",
  "http://localhost:123456",
  "http://LOCALHOST:8787",
  "file://",
];

const send = async (path: string, headers: Readonly<Record<string, string>>, init: object = {}) => {
  const response = await fetch(server.url + path, { ...init, headers });
  await response.text();
  return response;
};

describe("a page of another origin", () => {
  it("reads the answers of a careless service", () => {
    expect(answerCarelessly("https://evil.example")).toMatchObject({
      "access-control-allow-origin": "https://evil.example",
    });
  });

  it.for(OTHERS)("is refused, with a valid token too: %j", async (origin) => {
    const init = { method: "POST", body: JSON.stringify(DOCUMENT) };
    const authorization = `Bearer ${alice}`;
    const headers = { origin, authorization, "content-type": "application/json" };
    const preflight = { origin, "access-control-request-method": "POST" };
    for (const response of [
      await send("/v1/uploads", headers, init),
      await send("/v1/uploads", preflight, { method: "OPTIONS" }),
      await send("/.well-known/jwks.json", { origin }),
    ]) {
      expect(response.status).toBe(403);
      expect(response.headers.get("access-control-allow-origin")).toBeNull();
      expect(response.headers.get("cache-control")).toBe("no-store");
    }
  });

  it("gets no credentials, from an allowed origin either", async () => {
    const headers = { origin: "http://localhost:8787", authorization: `Bearer ${alice}` };
    const response = await send("/v1/uploads", headers);
    expect(response.status).toBe(200);
    expect(response.headers.get("access-control-allow-origin")).toBe("http://localhost:8787");
    expect(response.headers.get("access-control-allow-credentials")).toBeNull();
  });
});

describe("a request that a browser sends by itself", () => {
  it("is refused from another site, whatever it loads", async () => {
    for (const path of ["/presigned-url", "/v1/uploads", "/healthz", "/.well-known/jwks.json"])
      expect((await send(path, { "sec-fetch-site": "cross-site" })).status).toBe(403);
  });

  it("has no token, so that a neighbouring host's page gets nothing: no cookie counts", async () => {
    const cookie = `token=${alice}; __session=${alice}; CF_Authorization=${alice}`;
    for (const site of ["same-site", "same-origin", "none"])
      expect((await send("/presigned-url", { "sec-fetch-site": site, cookie })).status).toBe(401);
  });

  it("cannot be a form: the body must be JSON by its type", async () => {
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
    ]) {
      const headers = { authorization: `Bearer ${alice}`, "content-type": type };
      const init = { method: "POST", body: JSON.stringify(DOCUMENT) };
      expect((await send("/v1/uploads", headers, init)).status).toBe(400);
    }
  });
});

describe("a cache", () => {
  it("keeps one answer, and for no other origin than the one that asked", async () => {
    for (const headers of [{}, { origin: "http://localhost:8787" }]) {
      const keys = await send("/.well-known/jwks.json", headers);
      expect(keys.headers.get("cache-control")).toBe("public, max-age=300");
      expect(keys.headers.get("vary")?.toLowerCase().split(/, */)).toContain("origin");
    }
  });

  it.for([
    ["GET", "/healthz"],
    ["GET", "/v1/uploads"],
    ["GET", "/v1/uploads/x"],
    ["GET", "/v1/none"],
    ["GET", "/none"],
    ["GET", "/presigned-url?fileType=image/png&fileSize=1"],
    ["GET", "/s3/params"],
    ["GET", "/uppy/x/s3/params"],
    ["POST", "/v1/uploads"],
    ["DELETE", "/.well-known/jwks.json"],
    ["HEAD", "/v1/uploads"],
    ["OPTIONS", "/v1/uploads"],
  ])("keeps nothing else: %s %s", async ([method = "", path = ""]) => {
    for (const token of [alice, "x"]) {
      const headers = { authorization: `Bearer ${token}`, origin: "http://localhost:8787" };
      const response = await send(path, headers, { method });
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(response.headers.get("referrer-policy")).toBe("no-referrer");
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
      expect(response.headers.get("set-cookie")).toBeNull();
    }
  });
});
