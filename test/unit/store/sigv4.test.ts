import { describe, expect, it } from "vitest";
import type { StoreDefinition } from "../../../src/config/definition.ts";
import * as define from "../../../src/define.ts";
import type { Credentials } from "../../../src/store/store.ts";
import { encodeKey, type EncodedKey } from "../../../src/store/encode-key.ts";
import { Secret } from "../../../src/secret.ts";
import { createSigner } from "../../../src/store/sigv4.ts";
import { ACCOUNT, CONFIG, ENV, NOW, postUpload, startWorker } from "../support/start-worker.ts";
import { SUITE } from "../support/aws-vectors.ts";
import { signWithSdk, type SignedPut } from "../support/sign-with-sdk.ts";

function credentialsOf(
  accessKeyId: string,
  secretAccessKey: string,
  sessionToken?: string,
): Credentials {
  return {
    accessKeyId: new Secret("ID", accessKeyId),
    secretAccessKey: new Secret("KEY", secretAccessKey),
    sessionToken: sessionToken === undefined ? undefined : new Secret("TOKEN", sessionToken),
  };
}

/** A path of a test vector, which no key of the service has. */
const pathOf = (path: string) => ({ basePath: "/", key: path.slice(1) as EncodedKey });

const signatureOf = (url: string) => new URL(url).searchParams.get("X-Amz-Signature");

describe("AWS's published signatures", () => {
  it("are made for the example of the S3 documentation", async () => {
    const { presign } = createSigner(
      credentialsOf("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
      { region: "us-east-1" },
    );
    const url = await presign({
      method: "GET",
      origin: "https://examplebucket.s3.amazonaws.com",
      ...pathOf("/test.txt"),
      headers: {},
      expiresInSeconds: 86_400,
      now: new Date("2013-05-24T00:00:00Z"),
    });
    expect(signatureOf(url)).toBe(
      "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
    );
  });

  it.for(SUITE)(
    "are made for $name",
    async ({ method, path, query, headers, sessionToken, signature }) => {
      const credentials = credentialsOf(
        "AKIDEXAMPLE",
        "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        sessionToken,
      );
      const { presign } = createSigner(credentials, { region: "us-east-1", service: "service" });
      const url = await presign({
        method,
        origin: "https://example.amazonaws.com",
        ...pathOf(path),
        query,
        headers,
        expiresInSeconds: 3600,
        now: new Date("2015-08-30T12:36:00Z"),
      });
      expect(signatureOf(url)).toBe(signature);
    },
  );
});

const SHARED = { policy: "document", contentType: "text/plain", size: 5 };

const MEDIA = {
  accessKeyId: ENV.MEDIA_ACCESS_KEY_ID,
  secretAccessKey: ENV.MEDIA_SECRET_ACCESS_KEY,
};

/** Starts a Worker with one store and one policy. */
function startWith(media: StoreDefinition, more: { readonly overwrite?: boolean } = {}) {
  const document = { ...CONFIG.policies["document"], store: "media", ...more };
  return startWorker({
    config: { ...CONFIG, stores: { media }, policies: { document }, defaultPolicy: "document" },
  });
}

describe("every provider's tickets are what the AWS SDK's signer makes", () => {
  const endpoint = "https://s3.storage.example.net:9443";
  const rows = [
    [
      "aws",
      define.aws({ region: "ap-northeast-2", bucket: "acme" }),
      "acme.s3.ap-northeast-2.amazonaws.com",
      "ap-northeast-2",
    ],
    [
      "aws, a bucket with a dot",
      define.aws({ region: "eu-west-1", bucket: "acme.media" }),
      "s3.eu-west-1.amazonaws.com/acme.media",
      "eu-west-1",
    ],
    [
      "r2",
      define.r2({ account: ACCOUNT, bucket: "acme" }),
      `${ACCOUNT}.r2.cloudflarestorage.com/acme`,
      "auto",
    ],
    [
      "r2 eu",
      define.r2({ account: ACCOUNT, bucket: "acme", jurisdiction: "eu" }),
      `${ACCOUNT}.eu.r2.cloudflarestorage.com/acme`,
      "auto",
    ],
    [
      "r2 fedramp",
      define.r2({ account: ACCOUNT, bucket: "acme", jurisdiction: "fedramp" }),
      `${ACCOUNT}.fedramp.r2.cloudflarestorage.com/acme`,
      "auto",
    ],
    ["gcs", define.gcs({ bucket: "acme" }), "storage.googleapis.com/acme", "auto"],
    [
      "b2",
      define.b2({ region: "us-west-004", bucket: "acme" }),
      "s3.us-west-004.backblazeb2.com/acme",
      "us-west-004",
    ],
    [
      "wasabi",
      define.wasabi({ region: "eu-central-2", bucket: "acme" }),
      "s3.eu-central-2.wasabisys.com/acme",
      "eu-central-2",
    ],
    [
      "spaces",
      define.spaces({ region: "fra1", bucket: "acme" }),
      "fra1.digitaloceanspaces.com/acme",
      "fra1",
    ],
    ["tigris", define.tigris({ bucket: "acme" }), "t3.storage.dev/acme", "auto"],
    [
      "hetzner",
      define.hetzner({ region: "nbg1", bucket: "acme" }),
      "nbg1.your-objectstorage.com/acme",
      "nbg1",
    ],
    [
      "scaleway",
      define.scaleway({ region: "fr-par", bucket: "acme" }),
      "s3.fr-par.scw.cloud/acme",
      "fr-par",
    ],
    [
      "aws in China",
      define.aws({ region: "cn-north-1", bucket: "acme" }),
      "acme.s3.cn-north-1.amazonaws.com.cn",
      "cn-north-1",
    ],
    ["ovh", define.ovh({ region: "gra", bucket: "acme" }), "s3.gra.io.cloud.ovh.net/acme", "gra"],
    [
      "linode",
      define.linode({ region: "eu-central-1", bucket: "acme" }),
      "eu-central-1.linodeobjects.com/acme",
      "eu-central-1",
    ],
    [
      "vultr",
      define.vultr({ region: "ewr1", bucket: "acme" }),
      "ewr1.vultrobjects.com/acme",
      "ewr1",
    ],
    [
      "exoscale",
      define.exoscale({ region: "ch-gva-2", bucket: "acme" }),
      "sos-ch-gva-2.exo.io/acme",
      "ch-gva-2",
    ],
    [
      "idrive",
      define.idrive({ endpoint, region: "fra", bucket: "acme" }),
      "s3.storage.example.net:9443/acme",
      "fra",
    ],
    ["storj", define.storj({ bucket: "acme" }), "gateway.storjshare.io/acme", "us-east-1"],
    [
      "oci",
      define.oci({ account: "axaxnpcrorw5", region: "eu-frankfurt-1", bucket: "acme" }),
      "axaxnpcrorw5.compat.objectstorage.eu-frankfurt-1.oci.customer-oci.com/acme",
      "eu-frankfurt-1",
    ],
    [
      "ibm",
      define.ibm({ region: "us-south", bucket: "acme" }),
      "s3.us-south.cloud-object-storage.appdomain.cloud/acme",
      "us-south",
    ],
    [
      "alibaba",
      define.alibaba({ region: "ap-southeast-1", bucket: "acme" }),
      "acme.s3.oss-ap-southeast-1.aliyuncs.com",
      "ap-southeast-1",
    ],
    [
      "tencent",
      define.tencent({ region: "ap-singapore", bucket: "acme-1250000000" }),
      "acme-1250000000.cos.ap-singapore.myqcloud.com",
      "ap-singapore",
    ],
    [
      "garage",
      define.garage({ endpoint, region: "garage", bucket: "acme" }),
      "s3.storage.example.net:9443/acme",
      "garage",
    ],
    [
      "seaweedfs",
      define.seaweedfs({ endpoint, region: "us-east-1", bucket: "acme" }),
      "s3.storage.example.net:9443/acme",
      "us-east-1",
    ],
    [
      "rustfs",
      define.rustfs({ endpoint, region: "us-east-1", bucket: "acme" }),
      "s3.storage.example.net:9443/acme",
      "us-east-1",
    ],
    [
      "rclone",
      define.rclone({ endpoint, region: "us-east-1", bucket: "acme" }),
      "s3.storage.example.net:9443/acme",
      "us-east-1",
    ],
    [
      "minio",
      define.minio({ endpoint, region: "us-east-1", bucket: "acme" }),
      "s3.storage.example.net:9443/acme",
      "us-east-1",
    ],
    [
      "ceph",
      define.ceph({ endpoint, region: "us-east-1", bucket: "acme", addressing: "virtual-host" }),
      "acme.s3.storage.example.net:9443",
      "us-east-1",
    ],
    [
      "compatible",
      define.compatible({
        endpoint,
        region: "us-east-1",
        bucket: "acme",
        publicEndpoint: "https://files.example.net",
      }),
      "files.example.net/acme",
      "us-east-1",
    ],
    ["local", define.local({ bucket: "acme" }), "localhost:8787/cdn-cgi/local/r2/s3/acme", "auto"],
  ] as const;

  it.for(rows)("%s", async ([name, store, address, region]) => {
    const worker = startWith(store, { overwrite: true });
    const origin = name === "local" ? "http://localhost:8787" : "https://uploads.example.com";
    const response = await postUpload(
      { ...worker, fetch: async (path, init) => worker.fetch(origin + path, init) },
      {
        ...SHARED,
        filename: "여행 (1)+.txt",
        metadata: { album: "제주" },
        checksum: { algorithm: "md5", value: btoa("\u0001".repeat(16)) },
      },
    );
    const ticket = await response.json<SignedPut>();
    expect(response.status).toBe(201);
    const { host, pathname, searchParams } = new URL(ticket.url);
    expect(host + pathname).toBe(`${address}/${encodeKey(ticket.key)}`);
    expect(searchParams.get("X-Amz-SignedHeaders")).toBe(
      name === "local"
        ? "content-length;content-md5;content-type;host;x-amz-copy-source;x-amz-meta-album"
        : "content-length;content-md5;content-type;host;x-amz-meta-album",
    );
    expect(Object.fromEntries(searchParams)).toEqual(
      await signWithSdk(ticket, { ...MEDIA, region }),
    );
  });
});

it("signs the path of a provider's endpoint before the bucket", async () => {
  const account = "abcdefghijklmnopqrst";
  const store = define.supabaseStorage({ account, region: "eu-central-1", bucket: "acme" });
  const worker = startWith(store);
  const ticket = await (
    await postUpload(worker, { ...SHARED, filename: "a.txt" })
  ).json<SignedPut>();
  const { host, pathname, searchParams } = new URL(ticket.url);
  expect(host).toBe(`${account}.supabase.co`);
  expect(pathname).toBe(`/storage/v1/s3/acme/${encodeKey(ticket.key)}`);
  expect(Object.fromEntries(searchParams)).toEqual(
    await signWithSdk(ticket, { ...MEDIA, region: "eu-central-1" }),
  );
});

it.each([
  ["", {}],
  [", also where doctor has seen that it does", { capabilities: { noOverwrite: true } }],
])("keeps objects on Alibaba Cloud by its own header, which is signed%s", async (_, seen) => {
  const store = define.alibaba({ region: "ap-southeast-1", bucket: "acme", ...seen });
  const worker = startWith(store);
  const ticket = await (
    await postUpload(worker, { ...SHARED, filename: "a.txt" })
  ).json<SignedPut>();
  expect(ticket.headers).toMatchObject({ "x-oss-forbid-overwrite": "true" });
  expect(ticket.headers).not.toHaveProperty("if-none-match");
  expect(new URL(ticket.url).searchParams.get("X-Amz-SignedHeaders")).toContain(
    "x-oss-forbid-overwrite",
  );
});

describe("awkward names are signed as the AWS SDK's signer signs them", () => {
  const longest = "k".repeat(1024 - "documents/alice/00000000-0000-4000-8000-000000000002/".length);
  it.for([
    "a b",
    "a+b",
    "100%",
    "%20",
    "a&b",
    "a=b",
    "~",
    "!'()*",
    "한글".normalize("NFC"),
    "🎉",
    "$@:,;[]|",
    "a#b?c",
    "..a",
    longest.slice(0, 255),
  ])("%s", async (filename) => {
    const ticket = await (
      await postUpload(startWorker(), { ...SHARED, filename })
    ).json<SignedPut>();
    const { searchParams } = new URL(ticket.url);
    expect(Object.fromEntries(searchParams)).toEqual(
      await signWithSdk(ticket, { ...MEDIA, region: "ap-northeast-2" }),
    );
  });

  it.for([
    ["NFD", "한글".normalize("NFD")],
    ["1,024 bytes", "가".repeat(341) + "a"],
  ] as const)("%s, which only a key from elsewhere has", async ([, key]) => {
    const { presign } = createSigner(credentialsOf(MEDIA.accessKeyId, MEDIA.secretAccessKey), {
      region: "auto",
    });
    const url = await presign({
      method: "PUT",
      origin: "https://bucket.example.net",
      basePath: "/",
      key: encodeKey(key),
      headers: { "content-type": "text/plain" },
      expiresInSeconds: 60,
      now: new Date(NOW),
    });
    const headers = { "content-type": "text/plain" };
    const ticket = { method: "PUT", url, headers, expiresIn: 60 };
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual(
      await signWithSdk(ticket, { ...MEDIA, region: "auto" }),
    );
  });
});

describe("a presigner", () => {
  const { presign } = createSigner(credentialsOf("ID", "KEY"), { region: "auto" });
  const base = {
    method: "PUT",
    origin: "https://bucket.example.net",
    headers: {},
    expiresInSeconds: 60,
    now: new Date(NOW),
  };

  it.for([
    "/u1/../u2/x",
    "/u1/./x",
    "/u1/%2e%2e/x",
    "/u1/x?y",
    "/u1/x#y",
    "/u1\\x",
    "/u1/\tx",
    "/u1/한",
  ])("signs nothing whose path the URL parser changes: %j", async (path) =>
    expect(presign({ ...base, ...pathOf(path) })).rejects.toThrow(TypeError),
  );
  it("signs nothing for a host that the URL parser changes", async () => {
    await expect(
      presign({ ...base, origin: "https://bucket.example.net@evil.example", ...pathOf("/x") }),
    ).rejects.toThrow(TypeError);
  });
});
