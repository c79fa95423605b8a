import { describe, expect, it } from "vitest";
import { Secret } from "../../../src/secret.ts";
import { signR2Credentials } from "../../../src/store/r2-credentials.ts";
import { mintShared } from "../support/tokens.ts";
import { ACCOUNT, NOW } from "../support/start-worker.ts";

const HOST = `${ACCOUNT}.r2.cloudflarestorage.com`;
const SECRET = "parent-secret-access-key";
const parent = {
  accessKeyId: new Secret("ID", "PARENTKEYID"),
  secretAccessKey: new Secret("KEY", SECRET),
  sessionToken: undefined,
};
const store = { bucket: "my-bucket", ownOrigin: `https://${HOST}` };
const access = { prefix: "data/alice/", expiresInSeconds: 900, now: new Date(NOW) } as const;

const hexOfSha256 = async (text: string) =>
  [...new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");

/** The claims in the order of the published example: cloudflare-docs, r2/examples/authenticate-r2-temp-credentials. */
const claimsOf = (scope: string, actions: readonly string[], host = HOST) => ({
  bucket: "my-bucket",
  scope,
  actions,
  paths: { prefixPaths: ["data/alice/"], objectPaths: [] },
  sub: ACCOUNT,
  iss: "PARENTKEYID",
  aud: host,
  iat: NOW / 1000,
  exp: NOW / 1000 + 900,
});

const READ = ["GetObject", "HeadObject", "ListObjectsV1", "ListObjectsV2"];
const WRITE = [
  "PutObject",
  "DeleteObject",
  "CreateMultipartUpload",
  "UploadPart",
  "CompleteMultipartUpload",
  "AbortMultipartUpload",
  "ListParts",
];

describe("R2's temporary credentials", () => {
  it.for([
    [["read"], "object-read-only", READ],
    [["write"], "object-read-write", WRITE],
    [["read", "write"], "object-read-write", [...READ, ...WRITE]],
  ] as const)(
    "are those of Cloudflare's published example, to %s",
    async ([actions, scope, names]) => {
      const jwt = await mintShared(SECRET, claimsOf(scope, names));
      expect(await signR2Credentials(store, parent, { ...access, actions })).toEqual({
        accessKeyId: "PARENTKEYID",
        secretAccessKey: await hexOfSha256(jwt),
        sessionToken: btoa(`jwt/${jwt}`),
        expiresAt: new Date(NOW + 900_000),
      });
    },
  );

  it("are those that Python's hmac and hashlib make of the same claims", async () => {
    const { secretAccessKey } = await signR2Credentials(store, parent, {
      ...access,
      actions: ["read"],
    });
    expect(secretAccessKey).toBe(
      "372b7d57bc1e31df3386967e53d3f8390e8d60e98022540735e2b79f4c1b791e",
    );
  });

  it("are of the account and the host of a jurisdiction, also with the bucket in the host", async () => {
    const host = `${ACCOUNT}.eu.r2.cloudflarestorage.com`;
    const jwt = await mintShared(SECRET, claimsOf("object-read-only", READ, host));
    for (const ownOrigin of [`https://${host}`, `https://my-bucket.${host}`]) {
      const asked = { ...access, actions: ["read"] } as const;
      const { sessionToken } = await signR2Credentials({ ...store, ownOrigin }, parent, asked);
      expect(sessionToken).toBe(btoa(`jwt/${jwt}`));
    }
  });

  it.for(["data/alice", "", "/", "data//", "data/../", "./", "data/*/", "data/${x}/", "data/?/"])(
    "are not made for %j",
    async (prefix) => {
      const asked = { ...access, prefix, actions: ["read"] } as const;
      await expect(signR2Credentials(store, parent, asked)).rejects.toThrow(TypeError);
    },
  );
});
