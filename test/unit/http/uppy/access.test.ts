/** Who may ask what, and what a token in the path costs. */
import { describe, expect, it } from "vitest";
import { NOW, tokenFor, type TestWorker } from "../../support/start-worker.ts";
import { MiB, UPLOAD_ID, at, expectProblem, send } from "../../support/fake-store.ts";
import {
  FILE,
  FOREVER,
  createUpload,
  pathOf,
  start,
  type CreatedUpload,
  type Setting,
} from "../../support/uppy-client.ts";

/** Every route that names an upload. */
const ROUTES = [
  ["signing a part", "GET", "/s3/multipart/ID/1", undefined],
  ["signing many", "GET", "/s3/multipart/ID/batch", undefined],
  ["listing", "GET", "/s3/multipart/ID", undefined],
  ["completing", "POST", "/s3/multipart/ID/complete", { parts: [{ PartNumber: 1, ETag: "a" }] }],
  ["aborting", "DELETE", "/s3/multipart/ID", undefined],
  ["naming it in XML", "POST", "/s3/uploads/ID?uploads", undefined],
  ["listing in XML", "GET", "/s3/uploads/ID", undefined],
  ["completing in XML", "POST", "/s3/uploads/ID?", {}],
  ["aborting in XML", "DELETE", "/s3/uploads/ID", undefined],
] as const;

describe("an upload is its caller's alone", () => {
  const ask = async (
    { worker }: Setting,
    [, method, path, body]: (typeof ROUTES)[number],
    { uploadId, key }: Pick<CreatedUpload, "uploadId" | "key">,
    claims: object = {},
  ) => {
    const url = new URL(path.replace("ID", encodeURIComponent(uploadId)), "https://x.example");
    url.searchParams.set("partNumbers", "1");
    if (key !== "") url.searchParams.set("key", key);
    return send(worker, method, url.pathname + url.search, { body, claims: { ...claims } });
  };

  it.for(ROUTES)("for %s", async (route) => {
    const setting = start();
    const created = await createUpload(setting.worker, 5);
    const other = await createUpload(setting.worker, 5);
    const before = setting.store.requests.length;
    await expectProblem(
      await ask(setting, route, created, { sub: "bob" }),
      404,
      "upload-not-found",
    );
    for (const restricted of [{ policies: ["metered"] }, { maxBytes: 4 }, { key: other.key }])
      await expectProblem(await ask(setting, route, created, restricted), 404, "upload-not-found");
    const forged = { ...created, uploadId: UPLOAD_ID };
    await expectProblem(await ask(setting, route, forged), 404, "upload-not-found");
    const elsewhere = { ...created, key: other.key };
    await expectProblem(await ask(setting, route, elsewhere), 403, "key-outside-prefix");
    const environment = { ...created, key: "videos/bob/a.mp4" };
    await expectProblem(await ask(setting, route, environment), 403, "key-outside-prefix");
    const nameless = { ...created, key: "" };
    await expectProblem(await ask(setting, route, nameless), 422, "invalid-request", at("/key"));
    expect(setting.store.requests).toHaveLength(before);
  });

  it.for(ROUTES)("and %s needs a token", async ([, method, path]) => {
    const response = await start().worker.fetch(path, { method });
    await expectProblem(response, 401, "unauthenticated");
  });

  it("whatever else the query names", async () => {
    const { worker } = start();
    const created = await createUpload(worker, 12 * MiB);
    const other = await createUpload(worker, 12 * MiB);
    const response = await send(
      worker,
      "GET",
      `${pathOf(created, "/3")}&uploadId=${other.uploadId}`,
    );
    const { url } = await response.json<{ url: string }>();
    expect(new URL(url).pathname).toBe(`/${created.key}`);
  });

  it("for what signRequest asks", async () => {
    const { store, worker } = start();
    const created = await createUpload(worker, 5);
    const before = store.requests.length;
    for (const method of ["PUT", "GET", "POST", "DELETE"]) {
      const body = { method, key: created.key, uploadId: created.uploadId, partNumber: 1 };
      const theirs = await send(worker, "POST", "/s3/presign", { body, claims: { sub: "bob" } });
      await expectProblem(theirs, 404, "upload-not-found");
      const elsewhere = { ...body, key: "videos/alice/other.mp4" };
      const moved = await send(worker, "POST", "/s3/presign", { body: elsewhere });
      await expectProblem(moved, 403, "key-outside-prefix");
    }
    expect(store.requests).toHaveLength(before);
  });
});

describe("what creates an upload", () => {
  const creations = [
    ["GET /s3/params", "GET", "/s3/params?filename=a.mp4&type=video/mp4&", undefined],
    ["POST /s3/multipart", "POST", "/s3/multipart", FILE],
    ["a PUT of signRequest", "POST", "/s3/presign", { method: "PUT" }],
    ["a POST of signRequest", "POST", "/s3/presign", { method: "POST" }],
  ] as const;

  const ask = async (
    { worker }: Setting,
    [, method, path, fields]: (typeof creations)[number],
    metadata: Readonly<Record<string, string>>,
    claims: object = {},
  ) => {
    const named = Object.entries(metadata).map(
      ([name, value]) => [`metadata[${name}]`, value] as const,
    );
    const authorization = `Bearer ${await tokenFor({ ...FOREVER, ...claims })}`;
    return worker.fetch(method === "GET" ? path + new URLSearchParams(named).toString() : path, {
      method,
      headers: { authorization, accept: "application/json", "content-type": "application/json" },
      ...(fields && {
        body: JSON.stringify({ key: "x", contentType: "video/mp4", ...fields, metadata }),
      }),
    });
  };

  it.for(creations)("is bounded by what the token is for: %s", async (route) => {
    const setting = start();
    const { key } = await createUpload(setting.worker, 5);
    const before = setting.store.requests.length;
    const size = { size: "5" };
    const refusals = [
      [size, { policies: ["metered"] }, 403, "forbidden"],
      [size, { maxBytes: 4 }, 413, "too-large"],
      [{}, { maxBytes: 4 }, 422, "size-required"],
      [size, { key: "clips/" }, 403, "key-outside-prefix"],
      [size, { key: key.replace("alice", "bob") }, 403, "key-outside-prefix"],
      [{ ...size, policy: "__proto__" }, {}, 404, "policy-not-found"],
    ] as const;
    for (const [metadata, claims, code, problem] of refusals)
      await expectProblem(await ask(setting, route, metadata, claims), code, problem);
    expect(setting.store.requests).toHaveLength(before);
    const own = await ask(setting, route, size, { key, maxBytes: 5, policies: ["video"] });
    expect(own.status).toBe(200);
    expect(JSON.stringify(await own.json())).toContain(key);
  });

  it.for(creations)("counts as every other ticket does: %s", async (route) => {
    const keys: string[] = [];
    const caller = "https://backend.example.com alice";
    const RATE_LIMIT_CALLER = {
      async limit({ key }: { key: string }) {
        keys.push(key);
        return Promise.resolve({ success: key !== caller });
      },
    };
    const setting = start(undefined, { RATE_LIMIT_CALLER });
    await expectProblem(await ask(setting, route, { size: "5" }), 429, "rate-limited");
    expect(keys.filter((key) => key === caller)).toHaveLength(1);
    expect(setting.store.requests).toHaveLength(0);
  });

  it("takes names of JavaScript's own for what they are: fields that the policy has not", async () => {
    const { store, worker } = start();
    const authorization = `Bearer ${await tokenFor(FOREVER)}`;
    const post = async (body: string) =>
      worker.fetch("/s3/multipart", {
        method: "POST",
        headers: { authorization, "content-type": "application/json" },
        body,
      });
    const inherited = `{"type":"video/mp4","metadata":{"__proto__":{"size":5,"album":"x"}}}`;
    await expectProblem(await post(inherited), 422, "size-required");
    const own = `{"type":"video/mp4","metadata":{"size":5,"constructor":"x","__proto__":{"album":"x"}}}`;
    expect((await post(own)).status).toBe(200);
    const { headers } = store.single("CreateMultipartUpload");
    expect([...headers.keys()].filter((name) => name.startsWith("x-amz-meta-"))).toEqual([]);
  });
});

/** Two slashes at the start of a path would name a host. */
const SERVICE = "https://uploads.example.com";

describe("a token in the path", () => {
  const body = JSON.stringify({ ...FILE, metadata: { size: 5 } });
  const post = async (worker: TestWorker, path: string) =>
    worker.fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body });

  it("is taken for the one that version 6 cannot send", async () => {
    const { worker } = start();
    const token = await tokenFor(FOREVER);
    const response = await post(worker, `/uppy/${token}/s3/multipart`);
    expect(response.status).toBe(200);
    const created = await response.json<CreatedUpload>();
    expect(created.key).toMatch(/^videos\/alice\//);
    expect((await worker.fetch(`/uppy/${token}${pathOf(created, "/1")}`)).status).toBe(200);
    const bob = await tokenFor({ ...FOREVER, sub: "bob" });
    const theirs = await worker.fetch(`/uppy/${bob}${pathOf(created, "/1")}`);
    await expectProblem(theirs, 404, "upload-not-found");
  });

  it("is the one that counts, whatever a header says", async () => {
    const token = await tokenFor({ ...FOREVER, sub: "bob" });
    const response = await send(start().worker, "POST", `/uppy/${token}/s3/multipart`, {
      body: { ...FILE, metadata: { size: 5 } },
    });
    expect(await response.json()).toMatchObject({
      key: expect.stringMatching(/^videos\/bob\//) as string,
    });
  });

  it("is taken behind a slash too many", async () => {
    const { worker } = start();
    const token = await tokenFor(FOREVER);
    expect((await post(worker, `/uppy/${token}//s3/multipart`)).status).toBe(200);
    expect(
      (await send(worker, "POST", `${SERVICE}//s3/multipart`, { body: JSON.parse(body) })).status,
    ).toBe(200);
    await expectProblem(await send(worker, "GET", `${SERVICE}//v1/uploads`), 404, "not-found");
  });

  const refusedTokens: readonly (readonly [string, () => Promise<string>])[] = [
    ["expired", async () => tokenFor({ exp: NOW / 1000 - 60 })],
    ["of nobody", async () => tokenFor({ ...FOREVER, iss: "https://other.example" })],
    ["no token", async () => "x"],
    ["no text for a header", async () => "a%0Ab"],
    ["of other letters", async () => "%ED%95%9C"],
  ];
  it.for(refusedTokens)("is refused where it is %s", async ([, make]) => {
    const response = await post(start().worker, `/uppy/${await make()}/s3/multipart`);
    await expectProblem(response, 401, "unauthenticated");
  });

  it("is in no answer and in no line of the log", async () => {
    const { worker } = start();
    const token = await tokenFor(FOREVER);
    const old = await tokenFor({ exp: NOW / 1000 - 60 });
    const paths = (one: string) => [
      `/uppy/${one}/s3/params`,
      `/uppy/${one}/s3/none`,
      `/uppy/${one}`,
      `/uppy/${one}/s3`,
      `/uppy/${one}/other`,
      `/UPPY/${one}/s3/params`,
      `/x/uppy/${one}/s3/params`,
      `/uppy%2F${one}/s3/params`,
      `/%2575ppy/${one}/s3/none`,
      `/upppy/${one}/s3/params`,
      `/s3/${one}`,
      `${SERVICE}//uppy/${one}/s3/params`,
      `/uppy/${one}/s3/multipart/x/1?key=a`,
      `/uppy/${one}/s3/multipart`,
    ];
    for (const path of [...paths(token), ...paths(old)]) {
      for (const method of ["GET", "POST", "DELETE"]) {
        const response = await worker.fetch(path, { method });
        const text = JSON.stringify([...response.headers]) + (await response.text());
        expect([path, text.includes(token) || text.includes(old)]).toEqual([path, false]);
      }
    }
    const signature = (one: string) => one.split(".")[2] ?? "";
    for (const line of worker.log) {
      expect(line).not.toContain(signature(token));
      expect(line).not.toContain(signature(old));
    }
    expect(worker.log.length).toBeGreaterThan(0);
  });
});

describe("a body", () => {
  it.for([
    ["/s3/multipart", 16 * 1024],
    ["/s3/presign", 16 * 1024],
    ["/s3/multipart/x/complete?key=a", MiB],
    ["/s3/uploads/x?key=a", MiB],
  ] as const)("of %s has at most %i bytes", async ([path, limit]) => {
    const body = { key: "x".repeat(limit) };
    await expectProblem(await send(start().worker, "POST", path, { body }), 413, "too-large", {
      limit,
    });
  });
});

describe("a page of an allowed origin", () => {
  const origin = "https://app.example.com";
  it("may ask what Uppy asks", async () => {
    const { worker } = start();
    const token = await tokenFor(FOREVER);
    const preflight = await worker.fetch(`/uppy/${token}/s3/multipart`, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "DELETE",
        "access-control-request-headers": "content-type,authorization",
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBe(origin);
    expect(preflight.headers.get("access-control-allow-methods")).toBe("GET,POST,DELETE");
    expect(preflight.headers.get("access-control-allow-headers")).toBe(
      "authorization,content-type,idempotency-key",
    );
    expect(preflight.headers.get("access-control-max-age")).toBe("86400");
  });
  it("reads a refusal", async () => {
    const response = await start().worker.fetch("/s3/params", { headers: { origin } });
    expect(response.status).toBe(401);
    expect(response.headers.get("access-control-allow-origin")).toBe(origin);
    expect(response.headers.get("access-control-expose-headers")).toContain("retry-after");
  });
  it("is refused from any other", async () => {
    const headers = { origin: "https://other.example" };
    const response = await start().worker.fetch("/s3/params", { headers });
    await expectProblem(response, 403, "origin-not-allowed");
  });
});
