import { describe, expect, it } from "vitest";
import { defineConfig } from "../../../src/define.ts";
import { NOW, startWorker, tokenFor } from "../support/start-worker.ts";
import { MiB, PARTS_CONFIG, PARTS_ENV, createStore, send } from "../support/fake-store.ts";

const SECONDS = NOW / 1000;
const VIDEO = {
  store: "media",
  types: ["video/*"],
  maxBytes: "5 GB",
  multipartFrom: "8 MiB",
  backgroundExpiresIn: "12 h",
} as const;
const CONFIG = defineConfig({
  ...PARTS_CONFIG,
  defaultPolicy: "own",
  policies: {
    own: { ...VIDEO, key: "own/{user}/{id}.{ext}" },
    short: { ...VIDEO, key: "short/{user}/{id}.{ext}", expiresWithToken: true, download: true },
    hasty: { ...VIDEO, key: "hasty/{user}/{id}.{ext}", expiresWithToken: true, expiresIn: "4 s" },
  },
});

function start() {
  let now = NOW;
  const store = createStore();
  const dependencies = { fetch: store.fetch, now: () => now };
  const worker = startWorker({ config: CONFIG, env: PARTS_ENV, dependencies });
  /** Sends a request with a token that ends in so many seconds. */
  const ask = async (left: number, path: string, body: object) => {
    const claims = { exp: now / 1000 + left };
    const response = await send(worker, "POST", path, { body, claims });
    return { status: response.status, body: await response.json<Record<string, unknown>>() };
  };
  const create = async (left: number, body: object = {}) =>
    ask(left, "/v1/uploads", { policy: "short", contentType: "video/mp4", size: 5, ...body });
  return { store, worker, ask, create, move: (seconds: number) => void (now += seconds * 1000) };
}

const lifeOf = (url: unknown) =>
  Number(new URL(String(url)).searchParams.get("X-Amz-Expires") ?? Number.NaN);

describe("a ticket of a policy with expiresWithToken", () => {
  it("ends with the token, or earlier by the policy", async () => {
    const { create } = start();
    const short = await create(60);
    expect(short.body).toMatchObject({ expiresIn: 60, expiresAt: "2026-11-22T07:01:00Z" });
    expect(lifeOf(short.body["url"])).toBe(60);
    expect(lifeOf((await create(3600)).body["url"])).toBe(300);
    expect(lifeOf((await create(3600, { background: true })).body["url"])).toBe(3600);
  });

  it("outlives the token under every other policy", async () => {
    expect(lifeOf((await start().create(60, { policy: "own" })).body["url"])).toBe(300);
  });

  it("never outlives it by the part of a second", async () => {
    const { create, move } = start();
    move(0.7);
    const { body } = await create(60.2);
    expect(Date.parse(String(body["expiresAt"]))).toBeLessThanOrEqual(NOW + 60_900);
    expect(lifeOf(body["url"])).toBe(60);
  });

  it("is one of a part too, and of a download", async () => {
    const { store, create, ask, move } = start();
    // The store takes 20 seconds to create the upload.
    store.scripts.CreateMultipartUpload = (asked) => {
      move(20);
      return new Response(
        `<InitiateMultipartUploadResult><UploadId>u-${asked.method}</UploadId></InitiateMultipartUploadResult>`,
      );
    };
    const upload = await create(60, { size: 20 * MiB, multipart: true });
    const { parts } = upload.body["multipart"] as { parts: { url: string }[] };
    expect(parts.map(({ url }) => lifeOf(url))).toEqual([40, 40, 40]);
    // The upload can be resumed with another token.
    expect(upload.body).toMatchObject({ expiresIn: 604_800 });
    const id = String(upload.body["id"]);
    const signed = await ask(90, `/v1/uploads/${id}/parts`, { partNumbers: [2] });
    const [part] = signed.body["parts"] as { url: string }[];
    expect(lifeOf(part?.url)).toBe(90);
    const key = String(upload.body["key"]);
    const download = await ask(70, "/v1/downloads", { policy: "short", key });
    expect(lifeOf(download.body["url"])).toBe(70);
  });

  it("is not given for a token that is nearly over, and the client is asked for another", async () => {
    const { create, worker } = start();
    expect(lifeOf((await create(10)).body["url"])).toBe(10);
    const refused = await create(9);
    expect(refused).toMatchObject({
      status: 401,
      body: {
        code: "unauthenticated",
        detail:
          'Send a token that is valid for at least 10 seconds: under the policy "short" no ticket outlives it',
      },
    });
    // Within the clock tolerance.
    expect((await create(-20)).status).toBe(401);
    expect((await create(-20, { policy: "own" })).status).toBe(201);
    const response = await worker.fetch("/v1/uploads", {
      method: "POST",
      headers: {
        authorization: `Bearer ${await tokenFor({ exp: SECONDS + 3 })}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ policy: "short", contentType: "video/mp4", size: 5 }),
    });
    expect(response.headers.get("www-authenticate")).toContain("Bearer");
  });

  it("may be as short as the policy says", async () => {
    const { create } = start();
    expect(lifeOf((await create(5, { policy: "hasty" })).body["url"])).toBe(4);
    expect((await create(3, { policy: "hasty" })).status).toBe(401);
  });
});
