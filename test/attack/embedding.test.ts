/** Attacks on an app that names its users by a cookie: docs/embedding.md. Its route `/careless` is such an app alone. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startEmbedding, type Embedding } from "../e2e/support/embedding.ts";

let workers: Embedding;
beforeAll(async () => {
  workers = await startEmbedding();
});
afterAll(async () => workers.close());

const BODY = JSON.stringify({
  policy: "document",
  filename: "a.txt",
  contentType: "text/plain",
  size: 5,
});
const JSON_TYPE = { "content-type": "application/json" };
const EVIL = "https://evil.example";

/** What browsers send with the cookie of their user, for a page of another site. */
const FORGED: readonly (readonly [string, Record<string, string>])[] = [
  [
    "a form of another site",
    { origin: EVIL, "sec-fetch-site": "cross-site", "content-type": "text/plain" },
  ],
  [
    "a form of another site, as JSON",
    { origin: EVIL, "sec-fetch-site": "cross-site", ...JSON_TYPE },
  ],
  ["a page in a sandbox", { origin: "null", "sec-fetch-site": "cross-site", ...JSON_TYPE }],
  ["a neighbouring host", { "sec-fetch-site": "same-site", ...JSON_TYPE }],
  ["a browser that sends neither header", JSON_TYPE],
  ["a link that was typed or pasted", { "sec-fetch-site": "none", ...JSON_TYPE }],
];

const send = async (path: string, headers: Readonly<Record<string, string>>) =>
  fetch(workers.url + path, {
    method: "POST",
    headers: { cookie: "user=alice", ...headers },
    body: BODY,
  });

describe("a request that a page of another site makes with its visitor's session", () => {
  it.for(FORGED)("reaches a careless app: %s", async ([, headers]) => {
    expect(await (await send("/careless", headers)).json()).toEqual({ user: "user=alice" });
  });

  it.for(FORGED)("is refused here before the session is read: %s", async ([, headers]) => {
    const response = await send("/api/uploads/v1/uploads", headers);
    expect(response.status).toBe(403);
    expect(response.headers.get("access-control-allow-origin")).not.toBe(EVIL);
    expect(await response.json()).toMatchObject({ code: "origin-not-allowed" });
  });

  it("creates nothing as a picture on one of the app's own pages", async () => {
    for (const path of [
      "/presigned-url?fileName=a.txt&fileType=text/plain&fileSize=5",
      "/s3/params?filename=a.txt&type=text/plain&metadata[size]=5",
    ]) {
      const response = await fetch(`${workers.url}/api/uploads${path}`, {
        headers: {
          cookie: "user=alice",
          "sec-fetch-site": "same-origin",
          accept: "application/json",
        },
      });
      expect([path, response.status]).toEqual([path, 403]);
    }
  });

  it("is what the app's own page may do: the same request from there gives a ticket", async () => {
    const headers = { "sec-fetch-site": "same-origin", origin: workers.url, ...JSON_TYPE };
    expect((await send("/api/uploads/v1/uploads", headers)).status).toBe(201);
  });
});

describe("a hook that allows everything", () => {
  it("widens no policy: its types stay those of the policy", async () => {
    const body = { policy: "limited", filename: "a.html", contentType: "text/html", size: 5 };
    const refused = await fetch(`${workers.url}/api/uploads/v1/uploads`, {
      method: "POST",
      headers: { cookie: "user=alice", origin: workers.url, ...JSON_TYPE },
      body: JSON.stringify(body),
    });
    expect(await refused.json()).toMatchObject({ code: "type-not-allowed" });
  });
});
