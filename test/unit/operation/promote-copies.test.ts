/** What a promotion takes for a copy, on stores whose ETags are no MD5, and what the copy is given. */
import { describe, expect, it } from "vitest";
import { aws, compatible } from "../../../src/define.ts";
import type { UploadClaims } from "../../../src/grant/upload-claims.ts";
import type { Held, PromotionGate } from "../../../src/ledger/promotion.ts";
import type { UploadRecord } from "../../../src/ledger/record.ts";
import { locateUpload } from "../../../src/operation/locate.ts";
import { promote } from "../../../src/operation/promote.ts";
import { CONFIG, ENV, NOW, startWorker } from "../support/start-worker.ts";

const PNG = Uint8Array.from([137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13]);
const ENFORCED = aws({ region: "ap-northeast-2", bucket: "acme" });
const UNVERIFIED = compatible({
  endpoint: "https://s3.example.com",
  region: "us-east-1",
  bucket: "acme",
});

const CLAIMS = {
  iss: "https://backend.example.com",
  sub: "alice",
  jti: "00000000-0000-4000-8000-000000000001",
  iat: NOW / 1000,
  exp: NOW / 1000 + 300,
  policy: "photo",
  store: "media",
  key: "photos/alice/1.png",
  pendingKey: "pending/photos/alice/1.png",
  type: "image/png",
  size: PNG.length,
  unique: true,
} as const satisfies UploadClaims;

type StoredHeaders = Readonly<Record<string, string>>;
const object = (etag: string, headers: StoredHeaders = {}): StoredHeaders => ({
  "content-length": String(PNG.length),
  "content-type": "image/png",
  etag: `"${etag}"`,
  ...headers,
});

interface Setting {
  readonly media?: typeof ENFORCED;
  readonly claims?: UploadClaims;
  readonly pending?: StoredHeaders | undefined;
  /** What the copy is, or was before. */
  readonly final?: StoredHeaders | undefined;
  /** Refuses this many copies with a condition. */
  readonly refuses?: number;
  /** Lets only the key that writes delete. */
  readonly refusesReader?: boolean;
  /** The record when the copy is made, if that has ended. */
  readonly ended?: UploadRecord;
}

const COPIED = "PUT photos/alice/1.png";

/** Promotes an upload. Returns what the store was asked. */
async function start({
  media = ENFORCED,
  claims = CLAIMS,
  pending,
  final,
  refuses = 0,
  refusesReader = false,
  ended,
}: Setting) {
  const asked: string[] = [];
  let copied: Headers | undefined;
  let refusals = refuses;
  const { worker } = startWorker({
    config: {
      ...CONFIG,
      stores: { media },
      policies: {
        photo: {
          store: "media",
          key: "photos/{user}/{id}.{ext}",
          types: ["image/png", "text/plain"],
          maxBytes: "1 MB",
          minBytes: 0,
          cacheControl: "no-cache",
          contentDisposition: "attachment",
          metadata: ["album"],
          quarantine: {},
        },
      },
    },
    env: {
      ...ENV,
      MEDIA_READ_ACCESS_KEY_ID: "AKIDREADER",
      MEDIA_READ_SECRET_ACCESS_KEY: "media-read-secret-access-key",
    },
    dependencies: {
      fetch: async (url, init) => {
        const request = new Request(url, init);
        const key = new URL(url).pathname.replace(/^\/(acme\/)?/, "");
        asked.push(`${request.method} ${key}`);
        const found = key.startsWith("pending/") ? pending : final;
        switch (request.method) {
          case "PUT":
            copied = request.headers;
            if (request.headers.has("x-amz-copy-source-if-match") && refusals-- > 0)
              return Promise.resolve(new Response(null, { status: 412 }));
            return Promise.resolve(new Response("<CopyObjectResult></CopyObjectResult>"));
          case "DELETE": {
            const isReader = request.headers.get("authorization")?.includes("AKIDREADER") ?? false;
            const status = refusesReader && isReader ? 403 : 204;
            return Promise.resolve(new Response(null, { status }));
          }
          case "GET":
            return Promise.resolve(new Response(PNG, { status: 206, headers: found ?? {} }));
          default:
            return Promise.resolve(
              found ? new Response(null, { headers: found }) : new Response(null, { status: 404 }),
            );
        }
      },
    },
  });
  const open: UploadRecord = { claims, createdAtMs: NOW, status: "pending" };
  let holds = 0;
  const gate: PromotionGate = {
    hold: async (): Promise<Held> => {
      holds += 1;
      const isEnded = ended !== undefined && holds === 3;
      return Promise.resolve({ record: isEnded ? ended : open, isHeld: !isEnded });
    },
    letGo: async () => Promise.resolve(),
  };
  const service = worker.getService();
  const promotion = promote(service, locateUpload(service, claims), { gate });
  const result = await promotion.catch((error: unknown) => error);
  return { result, asked, copied: () => copied };
}

const COMPLETED = { kind: "checked", outcome: { status: "completed" } };
const FINAL = CLAIMS.key;

describe("a copy", () => {
  it("is told what the policy sets, and has the metadata of the file", async () => {
    const pending = object("a", { "x-amz-meta-album": "mine" });
    const { copied } = await start({ pending, final: object("a") });
    expect(Object.fromEntries(copied() ?? [])).toMatchObject({
      "content-type": "image/png",
      "cache-control": "no-cache",
      "content-disposition": "attachment",
      "x-amz-meta-album": "mine",
    });
  });

  it("may have another ETag on a store that was seen to keep the condition, and it counts", async () => {
    const { result } = await start({ pending: object("kms-a"), final: object("kms-b") });
    expect(result).toMatchObject({ ...COMPLETED, outcome: { verified: { etag: "kms-b" } } });
  });

  it("with the MD5 of another file is removed on every store", async () => {
    const { result, asked } = await start({
      pending: object("a".repeat(32)),
      final: object("b".repeat(32)),
    });
    expect(result).toMatchObject({ logReason: "The copy is of another object" });
    expect(asked.at(-1)).toBe(`DELETE ${FINAL}`);
  });

  it("is followed by the deletion of the file, with the key that writes if that which reads may not", async () => {
    const { result, asked } = await start({
      pending: object("a"),
      final: object("a"),
      refusesReader: true,
    });
    expect(result).toMatchObject(COMPLETED);
    expect(asked.slice(-2)).toEqual(Array(2).fill(`DELETE ${CLAIMS.pendingKey}`));
  });

  it("with another ETag is removed on any other store", async () => {
    const { result, asked } = await start({
      media: UNVERIFIED,
      pending: object("kms-a"),
      final: object("kms-b"),
    });
    expect(result).toMatchObject({ logReason: "The copy is of another object" });
    expect(asked.at(-1)).toBe(`DELETE ${FINAL}`);
  });

  it("of another length is removed on every store", async () => {
    const final = object("kms-b", { "content-length": "13" });
    const { result, asked } = await start({ pending: object("kms-a"), final });
    expect(result).toMatchObject({ logReason: "The copy is of another object" });
    expect(asked.at(-1)).toBe(`DELETE ${FINAL}`);
  });

  it("of a multipart upload, which no ticket can replace, is made though its condition is refused", async () => {
    const claims = { ...CLAIMS, partSize: 8_388_608, uploadId: "2~id" };
    const { result } = await start({
      media: UNVERIFIED,
      claims,
      pending: object("kms-a"),
      final: object("kms-b"),
      refuses: 1,
    });
    expect(result).toMatchObject(COMPLETED);
  });
});

describe("a file", () => {
  it("of another length than was granted is rejected, and never copied", async () => {
    const { result, asked } = await start({ pending: object("a", { "content-length": "13" }) });
    expect(result).toMatchObject({ kind: "checked", outcome: { status: "rejected" } });
    expect(asked).toEqual([`HEAD ${CLAIMS.pendingKey}`]);
  });

  it("that is empty is checked without a range, which no store has of it", async () => {
    const claims = { ...CLAIMS, type: "text/plain", size: 0 };
    const empty = object("a", { "content-length": "0", "content-type": "text/plain" });
    const { result, asked } = await start({ claims, pending: empty, final: empty });
    expect(result).toMatchObject(COMPLETED);
    expect(asked).not.toContain(`GET ${CLAIMS.pendingKey}`);
  });
});

describe("a promotion that goes on after its copy", () => {
  it("takes it whatever its checksum is: that of a copy may be another one", async () => {
    const checksum = { algorithm: "sha256", value: `${"A".repeat(43)}=` } as const;
    const final = object("a", { "x-amz-checksum-sha256": `${"B".repeat(43)}=` });
    const { result } = await start({ claims: { ...CLAIMS, checksum }, final });
    expect(result).toMatchObject(COMPLETED);
  });

  it("rejects what was not granted", async () => {
    const { result } = await start({ final: object("a", { "content-length": "13" }) });
    expect(result).toMatchObject({ kind: "checked", outcome: { status: "rejected" } });
  });
});

describe("a copy whose upload has ended meanwhile", () => {
  const verified = { size: PNG.length, contentType: "image/png", etag: "a", metadata: {} };
  const completed = {
    claims: CLAIMS,
    createdAtMs: NOW,
    finishedAtMs: NOW,
    status: "completed",
    verified,
  } as const satisfies UploadRecord;

  it.for([
    ["stays where it was completed", completed, false],
    ["is removed where its object was deleted", { ...completed, isDeleted: true }, true],
    [
      "is removed where it was aborted",
      { claims: CLAIMS, createdAtMs: NOW, finishedAtMs: NOW, status: "aborted" },
      true,
    ],
  ] as const)("%s", async ([, ended, isRemoved]) => {
    const { result, asked } = await start({ pending: object("a"), final: object("a"), ended });
    expect(result).toMatchObject({ kind: "ended" });
    expect(asked).toContain(COPIED);
    expect(asked.includes(`DELETE ${FINAL}`)).toBe(isRemoved);
  });
});
