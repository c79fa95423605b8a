import { S3Client, PutObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import development from "../../dev/presigner.config.ts";
import { DEVELOPMENT_SECRETS } from "../../dev/secrets.ts";
import { compileConfig } from "../../src/config/compile.ts";
import { ceph, compatible } from "../../src/define.ts";
import { copyObject, type Copy } from "../../src/store/copy.ts";
import { encodeKey } from "../../src/store/encode-key.ts";
import { createSigner } from "../../src/store/sigv4.ts";
import { PEER_ENV, peer, videoOn } from "./peer.ts";

const isCeph = process.env["STORE"] === "ceph";
const policy = isCeph ? {} : { overwrite: true };
const { origins } = development;
const config = compileConfig(
  { ...videoOn(isCeph ? ceph(peer) : compatible(peer), policy), origins },
  { ...DEVELOPMENT_SECRETS, ...PEER_ENV },
);
const store = config.policies.get("video")?.stores.get("default");
if (!store) throw new Error("The policy has no store");
const access = {
  signer: createSigner(store.credentials, store),
  now: () => Date.now(),
  fetch: async (url: string, init: RequestInit) => fetch(url, init),
};
const client = new S3Client({
  endpoint: peer.endpoint,
  region: peer.region,
  forcePathStyle: true,
  credentials: {
    accessKeyId: PEER_ENV.LOCAL_ACCESS_KEY_ID,
    secretAccessKey: PEER_ENV.LOCAL_SECRET_ACCESS_KEY,
  },
  requestChecksumCalculation: "WHEN_REQUIRED",
});
const at = (key: string) => ({ store, key: encodeKey(key), requestOrigin: undefined });
const KEY = "copies/a file + (1).txt";

/** Puts the source, and returns how to copy it. */
async function putSource(to: string): Promise<Copy> {
  const { ETag = "" } = await client.send(
    new PutObjectCommand({
      Bucket: peer.bucket,
      Key: KEY,
      Body: "hello",
      ContentType: "text/html",
    }),
  );
  return {
    from: at(KEY),
    to: at(to),
    etag: ETag.replaceAll('"', ""),
    size: 5,
    headers: {
      "content-type": "text/plain",
      "x-amz-meta-album": "mine",
      "cache-control": "no-cache",
    },
    isMultipart: false,
  };
}

const head = async (Key: string) =>
  client.send(new HeadObjectCommand({ Bucket: peer.bucket, Key }));

describe("a copy within a store", () => {
  it("has what it was given, and nothing of its source but the content", async () => {
    const copy = await putSource("copies/made");
    await copyObject(copy, access);
    expect(await head("copies/made")).toMatchObject({
      ETag: `"${copy.etag}"`,
      ContentLength: 5,
      ContentType: "text/plain",
      CacheControl: "no-cache",
      Metadata: { album: "mine" },
    });
  });

  it("is not made of an object with another ETag", async () => {
    const missing = `copies/${crypto.randomUUID()}`;
    const copy = await putSource(missing);
    const etag = "00000000000000000000000000000000";
    await expect(copyObject({ ...copy, etag }, access)).rejects.toThrow("store did not answer");
    await expect(head(missing)).rejects.toMatchObject({ name: "NotFound" });
  });

  it("is not made of what is not there", async () => {
    const copy = await putSource("copies/of-nothing");
    const from = at("copies/nothing");
    await expect(copyObject({ ...copy, from }, access)).rejects.toThrow("store did not answer");
  });
});
