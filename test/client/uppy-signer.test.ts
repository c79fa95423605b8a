import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createUppySigner } from "../../client/web/src/uppy.ts";

/** What the next completions answer before the last one. */
const checking: object[] = [];
const completed = { status: "completed", key: "k", receipt: "proof" };

/** Answers `/s3/presign` below any prefix. Of two prefixes it knows one. */
const server = createServer((request, response) => {
  if (request.url?.endsWith("/complete")) {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(checking.shift() ?? completed));
    return;
  }
  const base = new URL(`http://localhost${request.url}`).pathname.startsWith("/mounted/")
    ? "/mounted"
    : "";
  response.setHeader("content-type", "application/json");
  const url = `${base}/s3/uploads/some-id?key=k`;
  response.end(JSON.stringify({ url, key: "k", headers: {}, id: "some-id" }));
});

let origin = "";
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

describe("the signer for Uppy 6 sends what the service does itself to the service", () => {
  it.for([
    ["at the root of its host", ""],
    ["where it is mounted in another app", "/mounted"],
    ["behind a proxy that takes a prefix off", "/proxied"],
  ])("%s", async ([, base = ""]) => {
    const signer = createUppySigner({ endpoint: `${origin}${base}/`, getToken: () => "token" });
    const signed = await signer.signRequest({ method: "DELETE", key: "k", uploadId: "some-id" });
    expect(signed).toEqual({
      url: `${origin}${base}/s3/uploads/some-id?key=k`,
      key: "k",
      headers: { authorization: "Bearer token" },
    });
  });
});

describe("the helper for Uppy", () => {
  it("asks again while the service checks the file, and then has its receipt", async () => {
    const signer = createUppySigner({ endpoint: origin, getToken: () => "token" });
    let file = { id: "1", meta: {}, response: { body: {} } };
    let completeAll: (fileIds: string[]) => Promise<void> = async () => undefined;
    signer.completeAfter({
      addPreProcessor: () => undefined,
      addPostProcessor: (step) => void (completeAll = step),
      getFile: () => file,
      setFileMeta: () => undefined,
      setFileState: (_, state) => void (file = { ...file, ...state }),
      emit: () => undefined,
    });
    signer.generateObjectKey(file);
    await signer.signRequest({ method: "PUT", key: "1" });
    checking.push({ status: "pending", key: "k", retryAfter: 0 });
    await completeAll(["1"]);
    expect(checking).toEqual([]);
    expect(file.response.body).toEqual({ key: "k", receipt: "proof" });
  });
});
