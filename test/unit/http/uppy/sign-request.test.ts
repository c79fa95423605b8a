import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import { tokenFor, type TestWorker } from "../../support/start-worker.ts";
import { MiB, PARTS_CONFIG, at, expectProblem, putParts, send } from "../../support/fake-store.ts";
import { FOREVER, META, createUpload, signedHeaders, start } from "../../support/uppy-client.ts";

const ORIGIN = "https://acme-media.s3.ap-northeast-2.amazonaws.com";

afterEach(async () => reset());

describe("POST /s3/presign", () => {
  const presign = async (worker: TestWorker, body: object) =>
    send(worker, "POST", "/s3/presign", { body });
  const asked = { key: "uppy-file-1", contentType: "video/mp4", filename: "a.mp4" };

  it("signs one PUT, under a key of the service's own", async () => {
    const body = { ...asked, method: "PUT", metadata: { ...META, size: 5 } };
    const response = await presign(start().worker, body);
    expect(response.status).toBe(200);
    const answer = await response.json<{ url: string }>();
    expect(answer).toEqual({
      url: expect.stringContaining(`${ORIGIN}/videos/alice/`) as string,
      key: "videos/alice/00000000-0000-4000-8000-000000000002.mp4",
      headers: {
        "content-type": "video/mp4",
        "if-none-match": "*",
        "cache-control": "no-cache",
      },
      id: expect.any(String) as string,
    });
    expect(signedHeaders(answer.url)).toContain("content-length");
  });

  it("creates an upload in the store, and sends the browser to the service for its name", async () => {
    const { store, worker } = start();
    const body = { ...asked, method: "POST", metadata: { size: 12 * MiB } };
    const created = await (
      await presign(worker, body)
    ).json<{ url: string; key: string; id: string }>();
    expect(store.count("CreateMultipartUpload")).toBe(1);
    expect(created).toMatchObject({
      headers: {},
      url: expect.stringMatching(/^\/s3\/uploads\//) as string,
    });
    const named = await send(worker, "POST", created.url);
    expect(named.headers.get("content-type")).toBe("application/xml");
    expect(await named.text()).toBe(
      `<InitiateMultipartUploadResult><Key>${created.key}</Key><UploadId>${created.id}</UploadId></InitiateMultipartUploadResult>`,
    );
    expect(store.requests).toHaveLength(1);
  });

  it("signs a part for the store, and answers lists and the end itself", async () => {
    const { store, worker } = start();
    const { key, uploadId } = await createUpload(worker, 12 * MiB);
    putParts(store, 12 * MiB, 5 * MiB);
    const ask = async (method: string, fields: object = {}): Promise<{ readonly url: string }> =>
      (await presign(worker, { method, key, uploadId, ...fields })).json();

    const part = await ask("PUT", { partNumber: 3 });
    expect(part).toMatchObject({ key, headers: {} });
    expect(new URL(part.url).origin).toBe(ORIGIN);
    expect(signedHeaders(part.url)).toBe("content-length;host");

    const list = await send(worker, "GET", (await ask("GET")).url);
    expect(await list.text()).toContain(
      `<Part><PartNumber>3</PartNumber><ETag>etag-3</ETag><Size>${2 * MiB}</Size></Part>`,
    );

    const ended = await completeXml(worker, (await ask("POST")).url, ["x", "y", "z"]);
    expect(ended.status).toBe(200);
    expect(await ended.text()).toBe(
      `<CompleteMultipartUploadResult><Location>${ORIGIN}/${key}</Location><Bucket>acme-media</Bucket><Key>${key}</Key><ETag>whole</ETag></CompleteMultipartUploadResult>`,
    );
  });

  it("forgets what is aborted", async () => {
    const { store, worker } = start();
    const { key, uploadId } = await createUpload(worker, 12 * MiB);
    const { url } = await (
      await presign(worker, { method: "DELETE", key, uploadId })
    ).json<{ url: string }>();
    expect((await send(worker, "DELETE", url)).status).toBe(204);
    expect(store.count("AbortMultipartUpload")).toBe(1);
  });

  it("takes a file without a type for what Uppy takes it for", async () => {
    const { store, worker } = start({
      ...PARTS_CONFIG,
      policies: {
        video: { ...PARTS_CONFIG.policies["video"], types: ["application/octet-stream"] },
      },
    });
    await presign(worker, { method: "POST", key: "x", metadata: { size: 5 } });
    expect(store.single("CreateMultipartUpload").headers.get("content-type")).toBe(
      "application/octet-stream",
    );
  });

  it("cannot list, abort or delete what has no id, nor sign a part without a number", async () => {
    const { worker } = start();
    for (const method of ["GET", "DELETE"]) {
      const response = await presign(worker, { method, key: "videos/alice/a.mp4" });
      await expectProblem(response, 422, "invalid-request", at("/uploadId"));
    }
    const { key, uploadId } = await createUpload(worker, 5);
    await expectProblem(
      await presign(worker, { method: "PUT", key, uploadId }),
      422,
      "invalid-request",
      at("/partNumber"),
    );
  });

  it("completes with S3's own XML and nothing else", async () => {
    const { store, worker } = start();
    const { key, uploadId } = await createUpload(worker, 12 * MiB);
    putParts(store, 12 * MiB, 5 * MiB);
    const url = `/s3/uploads/${uploadId}?key=${encodeURIComponent(key)}`;
    await expectProblem(await send(worker, "POST", url, { body: {} }), 400, "bad-request");
    await expectProblem(await completeXml(worker, url, []), 422, "invalid-request");
    const bare = "<CompleteMultipartUpload><Part></Part></CompleteMultipartUpload>";
    await expectProblem(await postXml(worker, url, bare), 422, "invalid-request");
    expect(store.count("CompleteMultipartUpload")).toBe(0);
  });

  it.for([" ", "\n", "<", "<Part>", "<a ", "&"])("refuses 1 MiB of %j at once", async (text) => {
    const { worker } = start();
    const { key, uploadId } = await createUpload(worker, 12 * MiB);
    const url = `/s3/uploads/${uploadId}?key=${encodeURIComponent(key)}`;
    const body = text.repeat(Math.floor(MiB / text.length));
    await expectProblem(await postXml(worker, url, body), 400, "bad-request");
  });
});

async function postXml(worker: TestWorker, url: string, body: string): Promise<Response> {
  const authorization = `Bearer ${await tokenFor(FOREVER)}`;
  const headers = { authorization, "content-type": "application/xml" };
  return worker.fetch(url, { method: "POST", headers, body });
}

/** As version 6 writes it. */
async function completeXml(
  worker: TestWorker,
  url: string,
  etags: readonly string[],
): Promise<Response> {
  const parts = etags.map(
    (etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
  );
  const document = `<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`;
  return postXml(worker, url, document);
}
