import { describe, expect, it } from "vitest";
import { Secret } from "../../../src/secret.ts";
import type { EncodedKey } from "../../../src/store/encode-key.ts";
import { createSigner } from "../../../src/store/sigv4.ts";

/** "Signature Calculations for the Authorization Header: Transferring Payload in a Single Chunk". */
describe("AWS's published signatures in headers", () => {
  const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  const { signHeaders } = createSigner(
    {
      accessKeyId: new Secret("ID", "AKIAIOSFODNN7EXAMPLE"),
      secretAccessKey: new Secret("KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
      sessionToken: undefined,
    },
    { region: "us-east-1" },
  );

  it.for([
    {
      name: "GET Object",
      method: "GET",
      path: "/test.txt",
      query: {},
      headers: { range: "bytes=0-9", "x-amz-content-sha256": EMPTY },
      signed: "host;range;x-amz-content-sha256;x-amz-date",
      signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    },
    {
      name: "PUT Object",
      method: "PUT",
      path: "/test%24file.text",
      query: {},
      headers: {
        date: "Fri, 24 May 2013 00:00:00 GMT",
        "x-amz-storage-class": "REDUCED_REDUNDANCY",
        "x-amz-content-sha256": "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
      },
      signed: "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
      signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    },
    {
      name: "GET Bucket Lifecycle",
      method: "GET",
      path: "/",
      query: { lifecycle: "" },
      headers: { "x-amz-content-sha256": EMPTY },
      signed: "host;x-amz-content-sha256;x-amz-date",
      signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    },
    {
      name: "List Objects",
      method: "GET",
      path: "/",
      query: { "max-keys": "2", prefix: "J" },
      headers: { "x-amz-content-sha256": EMPTY },
      signed: "host;x-amz-content-sha256;x-amz-date",
      signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    },
  ] as const)("are made for $name", async ({ method, path, query, headers, signed, signature }) => {
    const { headers: sent } = await signHeaders({
      method,
      origin: "https://examplebucket.s3.amazonaws.com",
      basePath: "/",
      key: path.slice(1) as EncodedKey,
      query,
      headers,
      now: new Date("2013-05-24T00:00:00Z"),
    });
    expect(sent.get("authorization")).toBe(
      `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=${signed}, Signature=${signature}`,
    );
  });
});
