import { env } from "cloudflare:workers";
import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import { planParts } from "../../../../src/grant/parts.ts";
import { startWorker } from "../../support/start-worker.ts";
import {
  MiB,
  PARTS_CONFIG,
  PARTS_ENV,
  UPLOAD_ID,
  at,
  createStore,
  expectProblem,
  putParts,
  refused,
  send,
  status,
} from "../../support/fake-store.ts";
import {
  FILE,
  META,
  createUpload,
  create,
  getParams,
  pathOf,
  signedHeaders,
  start,
} from "../../support/uppy-client.ts";

const ORIGIN = "https://acme-media.s3.ap-northeast-2.amazonaws.com";

afterEach(async () => reset());

describe("GET /s3/params", () => {
  it("answers one PUT, with the exact length signed, and with nothing that cuts it off", async () => {
    const response = await getParams(start().worker, { ...FILE, size: "5", album: "제주" });
    expect(response.status).toBe(200);
    const body = await response.json<Record<string, unknown>>();
    const key = "videos/alice/00000000-0000-4000-8000-000000000002.mp4";
    expect(body).toEqual({
      method: "PUT",
      url: expect.stringContaining(`${ORIGIN}/${key}?`) as string,
      headers: {
        "content-type": "video/mp4",
        "if-none-match": "*",
        "cache-control": "no-cache",
        "x-amz-meta-album": "=?UTF-8?B?7KCc7KO8?=",
      },
      fields: { key, bucket: "acme-media" },
      id: expect.any(String) as string,
    });
    expect(signedHeaders(String(body["url"]))).toBe(
      "cache-control;content-length;content-type;host;if-none-match;x-amz-meta-album",
    );
  });

  it("is one PUT also where the policy would cut the file", async () => {
    const response = await getParams(start().worker, { size: String(9 * MiB) });
    expect(await response.json()).toMatchObject({ method: "PUT" });
  });

  it("takes the policy that the page names", async () => {
    const { worker } = start();
    const response = await getParams(worker, { size: "5", policy: "clip" });
    expect(await response.json()).toMatchObject({
      fields: { key: expect.stringMatching(/^clips\/alice\//) as string },
    });
    await expectProblem(
      await getParams(worker, { size: "5", policy: "none" }),
      404,
      "policy-not-found",
    );
  });

  it("goes without a size where the policy can, and says how to send one where it cannot", async () => {
    const { worker } = start();
    const response = await getParams(worker, {});
    expect(response.status).toBe(200);
    const { url } = await response.json<{ url: string }>();
    expect(signedHeaders(url)).not.toContain("content-length");
    const refusal = await getParams(worker, { policy: "clip" });
    await expectProblem(refusal, 422, "size-required", {
      message: expect.stringContaining("uppy.setFileMeta(file.id, { size: file.size })") as string,
      error: "size-required",
    });
  });

  it("says to version 6, which would send a form, what to set", async () => {
    const query = new URLSearchParams({ ...FILE, "metadata[size]": "5" });
    const response = await send(start().worker, "GET", `/s3/params?${query.toString()}`);
    await expectProblem(response, 422, "invalid-request", {
      message: expect.stringContaining("shouldUseMultipart") as string,
    });
  });

  it.for([
    ["a size in words", { size: "five" }, "/metadata/size"],
    ["a size below zero", { size: "-1" }, "/metadata/size"],
    ["a fraction", { size: "1.5" }, "/metadata/size"],
  ] as const)("refuses %s", async ([, meta, pointer]) => {
    await expectProblem(await getParams(start().worker, meta), 422, "invalid-request", at(pointer));
  });

  it("refuses a file without a type, and one with an empty name", async () => {
    const { worker } = start();
    await expectProblem(
      await getParams(worker, { size: "5" }, { filename: "a.mp4" }),
      422,
      "invalid-request",
      at("/type"),
    );
    await expectProblem(
      await getParams(worker, { size: "5" }, { filename: "", type: "video/mp4" }),
      422,
      "invalid-request",
      at("/filename"),
    );
  });

  it("refuses what the policy refuses, with the message and the error that Uppy shows", async () => {
    const { worker } = start();
    const fields = { filename: "a.png", type: "image/png" };
    await expectProblem(await getParams(worker, { size: "5" }, fields), 415, "type-not-allowed", {
      message: "Use one of video/*: image/png is not allowed",
      error: "type-not-allowed",
    });
    await expectProblem(
      await getParams(worker, { size: "5000000001", policy: "clip" }),
      413,
      "too-large",
    );
  });

  it("takes a name in NFD, as a Mac has it, for the same name in NFC", async () => {
    const response = await getParams(
      startWorker(),
      { size: "5", policy: "document" },
      { filename: "여행.txt".normalize("NFD"), type: "text/plain" },
    );
    expect(await response.json()).toMatchObject({
      fields: { key: expect.stringMatching(/\/여행\.txt$/) as string },
    });
  });
});

describe("POST /s3/multipart", () => {
  it("creates an upload in the store, and answers an id that is no name of the store's", async () => {
    const { store, worker } = start();
    const created = await createUpload(worker, 12 * MiB);
    expect(created).toEqual({
      key: "videos/alice/00000000-0000-4000-8000-000000000002.mp4",
      uploadId: expect.stringMatching(/^A[\w-]{100,}$/) as string,
      bucket: "acme-media",
    });
    expect(created.uploadId).not.toContain(UPLOAD_ID);
    expect(store.single("CreateMultipartUpload").headers.get("content-type")).toBe("video/mp4");
  });

  it("stores the metadata that the policy has, and none of the rest", async () => {
    const { store, worker } = start();
    const metadata = { ...META, size: 5, album: "제주", note: "x", policy: "video", empty: "" };
    expect((await create(worker, metadata)).status).toBe(200);
    const { headers } = store.single("CreateMultipartUpload");
    expect([...headers.keys()].filter((name) => name.startsWith("x-amz-meta-"))).toEqual([
      "x-amz-meta-album",
    ]);
  });

  it("leaves out a field that is empty, and refuses one that is no text", async () => {
    const { store, worker } = start();
    expect((await create(worker, { size: 5, album: "" })).status).toBe(200);
    expect(store.single("CreateMultipartUpload").headers.has("x-amz-meta-album")).toBe(false);
    await expectProblem(
      await create(worker, { size: 5, album: ["a"] }),
      422,
      "invalid-request",
      at("/metadata/album"),
    );
  });

  it("needs a size, and says how to send it", async () => {
    const { store, worker } = start();
    await expectProblem(await create(worker, META), 422, "size-required", {
      message: expect.stringContaining("uppy.setFileMeta") as string,
    });
    expect(store.requests).toEqual([]);
  });

  it("is refused where the policy has no parts", async () => {
    const response = await create(start().worker, { size: 5, policy: "clip" });
    await expectProblem(response, 422, "invalid-request", at("/multipart"));
  });

  it.for([
    ["texts, as versions 4 and 5 send them", String],
    ["numbers, as version 6 does", Number],
  ] as const)("takes %s", async ([, write]) => {
    const { worker } = start();
    const created = await createUpload(worker, 0, {
      size: write(20 * MiB),
      partSize: write(16 * MiB),
    });
    expect((await send(worker, "GET", pathOf(created, "/2"))).status).toBe(200);
    expect((await send(worker, "GET", pathOf(created, "/3"))).status).toBe(422);
  });
});

describe("what Uppy cuts by itself", () => {
  /** The length that was signed, known by the store's refusal to list a part of any other. */
  const listsPart = async (size: number, metadata: object, partNumber: number, bytes: number) => {
    const { store, worker } = start();
    const created = await createUpload(worker, size, metadata);
    store.parts.set(partNumber, { size: bytes, etag: "x" });
    const parts = await (await send(worker, "GET", pathOf(created))).json<unknown[]>();
    return parts.length === 1;
  };

  it.for([
    ["5 MiB each", 12 * MiB, {}, 1, 5 * MiB],
    ["and the rest", 12 * MiB, {}, 3, 2 * MiB],
    ["one part for a small file", 7, {}, 1, 7],
    ["a ten-thousandth of a large file", 60_000_000_001, {}, 1, 6_000_001],
    ["what the page says", 20 * MiB, { partSize: 8 * MiB }, 2, 8 * MiB],
  ] as const)("is signed: %s", async ([, size, metadata, partNumber, bytes]) => {
    expect(await listsPart(size, metadata, partNumber, bytes)).toBe(true);
    expect(await listsPart(size, metadata, partNumber, bytes + 1)).toBe(false);
  });

  it.for([5 * MiB - 1, 5 * 1024 * MiB + 1, 0])("cannot be %i", async (partSize) => {
    await expectProblem(
      await create(start().worker, { size: 20 * MiB, partSize }),
      422,
      "invalid-request",
      at("/partSize"),
    );
  });

  it("is refused where the store takes not as many", async () => {
    const { worker } = start();
    const size = 1001 * 5 * MiB;
    await expectProblem(
      await create(worker, { size, policy: "few" }),
      422,
      "invalid-request",
      at("/partSize"),
    );
    expect((await create(worker, { size, policy: "few", partSize: 6 * MiB })).status).toBe(200);
  });

  it("fits the plan to the byte", () => {
    expect(planParts(20 * MiB, 4, 5 * MiB)).toMatchObject({ partSize: 5 * MiB, partCount: 4 });
    expect(planParts(20 * MiB + 1, 4, 5 * MiB)).toBeUndefined();
    expect(planParts(5 * MiB, 1, 5 * 1024 * MiB)).toMatchObject({
      partSize: 5 * 1024 * MiB,
      partCount: 1,
    });
  });
});

describe("a part", () => {
  it("is signed for the store's own upload, with its length", async () => {
    const { worker } = start();
    const created = await createUpload(worker, 12 * MiB);
    const response = await send(worker, "GET", pathOf(created, "/3"));
    expect(response.status).toBe(200);
    const body = await response.json<{ url: string }>();
    expect(body).toEqual({ method: "PUT", headers: {}, url: expect.any(String) as string });
    const { searchParams, pathname } = new URL(body.url);
    expect(pathname).toBe(`/${created.key}`);
    expect(searchParams.get("partNumber")).toBe("3");
    expect(searchParams.get("uploadId")).toBe(UPLOAD_ID);
    expect(signedHeaders(body.url)).toBe("content-length;host");
  });

  it.for(["0", "4", "10001", "1.5", "one", "01", "-1"])("is not number %s", async (number) => {
    const { worker } = start();
    const created = await createUpload(worker, 12 * MiB);
    const response = await send(worker, "GET", pathOf(created, `/${number}`));
    await expectProblem(response, 422, "invalid-request");
  });

  it("is signed with others, for clients that ask for many", async () => {
    const { worker } = start();
    const created = await createUpload(worker, 12 * MiB);
    const response = await send(worker, "GET", `${pathOf(created, "/batch")}&partNumbers=1,3`);
    const { presignedUrls } = await response.json<{ presignedUrls: Record<string, string> }>();
    expect(Object.keys(presignedUrls)).toEqual(["1", "3"]);
    expect(new URL(presignedUrls["3"] ?? "").searchParams.get("partNumber")).toBe("3");
    const many = Array.from({ length: 26 }, (_, index) => index + 1).join(",");
    for (const numbers of ["", "1,x", many]) {
      const refusal = await send(
        worker,
        "GET",
        `${pathOf(created, "/batch")}&partNumbers=${numbers}`,
      );
      await expectProblem(refusal, 422, "invalid-request");
    }
  });
});

describe("the list of parts", () => {
  it("has what arrived as it was granted, in Uppy's words", async () => {
    const { store, worker } = start();
    const created = await createUpload(worker, 12 * MiB);
    putParts(store, 12 * MiB, 5 * MiB);
    store.parts.set(2, { size: 7, etag: "etag-2" });
    store.parts.set(4, { size: 2 * MiB, etag: "etag-4" });
    const response = await send(worker, "GET", pathOf(created));
    expect(await response.json()).toEqual([
      { PartNumber: 1, ETag: '"etag-1"', Size: 5 * MiB },
      { PartNumber: 3, ETag: '"etag-3"', Size: 2 * MiB },
    ]);
  });

  it("is empty where the store cannot list, so that all are sent again", async () => {
    const { store, worker } = start();
    const created = await createUpload(worker, 12 * MiB);
    store.scripts.ListParts = () => status(501);
    expect(await (await send(worker, "GET", pathOf(created))).json()).toEqual([]);
  });

  it("is none of an upload that is over", async () => {
    const { store, worker } = start();
    const created = await createUpload(worker, 12 * MiB);
    store.scripts.ListParts = () => refused("NoSuchUpload", 404);
    await expectProblem(await send(worker, "GET", pathOf(created)), 410, "upload-expired");
  });
});

describe("completion", () => {
  const parts = (...etags: readonly string[]) =>
    etags.map((ETag, index) => ({ ETag, PartNumber: index + 1 }));

  it("completes what the store has, and answers where it is, with a receipt", async () => {
    const { store, worker } = start();
    const created = await createUpload(worker, 12 * MiB);
    putParts(store, 12 * MiB, 5 * MiB);
    const body = { parts: parts('"x"', "y", "z") };
    const response = await send(worker, "POST", pathOf(created, "/complete"), { body });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      location: `${ORIGIN}/${created.key}`,
      key: created.key,
      bucket: "acme-media",
      receipt: expect.stringMatching(/^ey/) as string,
    });
    expect(store.single("CompleteMultipartUpload").headers.get("if-none-match")).toBe("*");
  });

  it("takes ETags with quotes and without, in any order, where the store cannot list", async () => {
    const { store, worker } = start();
    const created = await createUpload(worker, 12 * MiB);
    putParts(store, 12 * MiB, 5 * MiB);
    store.scripts.ListParts = () => status(501);
    const body = { parts: parts('"a"', "b", "c").toReversed() };
    const response = await send(worker, "POST", pathOf(created, "/complete"), { body });
    expect(response.status).toBe(200);
    const sent = store.single("CompleteMultipartUpload").body;
    expect(
      [...sent.matchAll(/<PartNumber>(\d)<\/PartNumber><ETag>("\w")<\/ETag>/g)].map(
        ([, ...part]) => part,
      ),
    ).toEqual([
      ["1", '"a"'],
      ["2", '"b"'],
      ["3", '"c"'],
    ]);
  });

  it("is refused while a part is missing", async () => {
    const { store, worker } = start();
    const created = await createUpload(worker, 12 * MiB);
    putParts(store, 10 * MiB, 5 * MiB);
    const body = { parts: parts("a", "b", "c") };
    await expectProblem(
      await send(worker, "POST", pathOf(created, "/complete"), { body }),
      422,
      "verification-failed",
      { message: "Send the missing parts first: 3" },
    );
  });

  it.for([
    ["none", []],
    ["one without an ETag", [{ PartNumber: 1 }]],
    ["one without a number", [{ ETag: "a" }]],
    ["number 0", [{ PartNumber: 0, ETag: "a" }]],
  ] as const)("refuses parts: %s", async ([, named]) => {
    const { worker } = start();
    const created = await createUpload(worker, 12 * MiB);
    const body = { parts: named };
    const response = await send(worker, "POST", pathOf(created, "/complete"), { body });
    await expectProblem(response, 422, "invalid-request");
  });
});

describe("an upload that is aborted", () => {
  it("leaves nothing in the store, and is answered with JSON", async () => {
    const { store, worker } = start();
    const created = await createUpload(worker, 12 * MiB);
    const response = await send(worker, "DELETE", pathOf(created));
    expect([response.status, await response.json()]).toEqual([200, {}]);
    expect(store.single("AbortMultipartUpload").url.searchParams.get("uploadId")).toBe(UPLOAD_ID);
  });

  it("keeps its object once it is completed", async () => {
    const { store, worker } = start();
    const created = await createUpload(worker, 12 * MiB);
    putParts(store, 12 * MiB, 5 * MiB);
    const body = { parts: [{ PartNumber: 1, ETag: "x" }] };
    expect((await send(worker, "POST", pathOf(created, "/complete"), { body })).status).toBe(200);
    expect((await send(worker, "DELETE", pathOf(created))).status).toBe(200);
    expect(store.object).toBeDefined();
    expect(store.count("DeleteObject")).toBe(0);
  });

  it("gives its place in the quota back", async () => {
    const metered = { ...PARTS_CONFIG.policies["metered"], quota: { pending: 1 } };
    const worker = startWorker({
      config: { ...PARTS_CONFIG, policies: { ...PARTS_CONFIG.policies, metered } },
      env: { ...PARTS_ENV, LEDGER: env.LEDGER },
      // The ledger's own clock, so that its alarm does not come at once.
      dependencies: { fetch: createStore().fetch, now: () => Date.now() },
    });
    const created = await createUpload(worker, 12 * MiB, { policy: "metered" });
    const second = await create(worker, { size: 5, policy: "metered" });
    await expectProblem(second, 429, "quota-exceeded", {
      message: expect.stringContaining("the quota of pending is used up") as string,
      error: "quota-exceeded",
    });
    expect((await send(worker, "DELETE", pathOf(created))).status).toBe(200);
    expect((await create(worker, { size: 5, policy: "metered" })).status).toBe(200);
  });
});
