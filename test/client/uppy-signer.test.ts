import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createUppySigner } from "../../client/web/src/uppy.ts";

/** Answers `/s3/presign` below any prefix. Of two prefixes it knows one. */
const server = createServer((request, response) => {
  const base = new URL(`http://localhost${request.url}`).pathname.startsWith("/mounted/")
    ? "/mounted"
    : "";
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ url: `${base}/s3/uploads/some-id?key=k`, key: "k", headers: {} }));
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
