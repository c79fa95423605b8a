import { describe, expect, it } from "vitest";
import { compileConfig } from "../../../src/config/compile.ts";
import { aws, compatible, r2 } from "../../../src/define.ts";
import { copyObject, copyTimeoutMs, type Copy } from "../../../src/store/copy.ts";
import { encodeKey } from "../../../src/store/encode-key.ts";
import { createSigner } from "../../../src/store/sigv4.ts";
import { xml } from "../support/fake-store.ts";
import { ACCOUNT, CONFIG, ENV, NOW } from "../support/start-worker.ts";

const GiB = 2 ** 30;
const AWS = aws({ region: "ap-northeast-2", bucket: "acme" });
const R2 = r2({ account: ACCOUNT, bucket: "acme" });
const UNVERIFIED = compatible({
  endpoint: "https://s3.example.com",
  region: "us-east-1",
  bucket: "acme",
});
type StoreDefinition = typeof AWS;

function storeOf(media: StoreDefinition) {
  const config = compileConfig(
    { ...CONFIG, stores: { media }, policies: { photo: CONFIG.policies["photo"] } },
    ENV,
  );
  const store = config.policies.get("photo")?.stores.get("default");
  if (!store) throw new Error("The policy has no store");
  return store;
}

interface Peer {
  /** Of the object that is copied. */
  etag: string;
  /** Refuses every condition, as Swift does of a multipart upload. */
  refuses: boolean;
  /** Runs before it answers, or in place of that. */
  before: (operation: string) => Response | undefined;
  readonly maxParts?: number;
}

/** Copies an object of a store that does what the conditions say. Returns what the store was asked. */
function start(definition: StoreDefinition = AWS, changes: Partial<Peer> = {}) {
  const { maxParts } = changes;
  const known = storeOf(definition);
  const store =
    maxParts === undefined ? known : { ...known, provider: { ...known.provider, maxParts } };
  const peer: Peer = { etag: "e", refuses: false, before: () => undefined, ...changes };
  const asked: { readonly operation: string; readonly headers: Headers; readonly body: string }[] =
    [];
  const answer = (operation: string, { headers }: Request): Response => {
    const expected = headers.get("x-amz-copy-source-if-match");
    const isRefused = expected !== null && (peer.refuses || expected !== `"${peer.etag}"`);
    switch (operation) {
      case "HEAD":
        return new Response(null, { headers: { "content-length": "5", etag: `"${peer.etag}"` } });
      case "CREATE":
        return xml("InitiateMultipartUploadResult", "<UploadId>id</UploadId>");
      case "COMPLETE":
        return xml("CompleteMultipartUploadResult", "");
      case "ABORT":
        return new Response(null, { status: 204 });
      default:
        if (isRefused) return new Response(null, { status: 412 });
        return xml(operation === "COPY" ? "CopyObjectResult" : "CopyPartResult", "<ETag>p</ETag>");
    }
  };
  const access = {
    signer: createSigner(store.credentials, store),
    now: () => NOW,
    fetch: async (url: string, init: RequestInit) => {
      const request = new Request(url, init);
      const operation = operationOf(request);
      asked.push({
        operation,
        headers: request.headers,
        body: typeof init.body === "string" ? init.body : "",
      });
      return Promise.resolve(peer.before(operation) ?? answer(operation, request));
    },
  };
  const at = (key: string) => ({ store, key: encodeKey(key), requestOrigin: undefined });
  const copy = async (given: Partial<Copy> = {}) =>
    copyObject(
      {
        from: at("pending/a file"),
        to: at("a file"),
        etag: "e",
        size: 5,
        headers: { "content-type": "image/png", "x-amz-meta-album": "mine" },
        isMultipart: false,
        ...given,
      },
      access,
    );
  return {
    peer,
    copy,
    asked,
    operations: () => asked.map(({ operation }) => operation),
    headersOf: (name: string) =>
      asked.flatMap(({ operation, headers }) => (operation === "PART" ? [headers.get(name)] : [])),
  };
}

function operationOf({ method, url }: Request): string {
  const query = new URL(url).searchParams;
  if (method === "PUT") return query.has("partNumber") ? "PART" : "COPY";
  if (method === "POST") return query.has("uploads") ? "CREATE" : "COMPLETE";
  return method === "DELETE" ? "ABORT" : method;
}

const CHANGED = { logReason: "The object was replaced while it was copied" };

describe("a copy", () => {
  it("is asked for once, on the condition of the ETag, with nothing taken over from its source", async () => {
    const { copy, asked, operations } = start();
    await copy();
    expect(operations()).toEqual(["COPY"]);
    expect(Object.fromEntries(asked[0]?.headers ?? [])).toMatchObject({
      "x-amz-copy-source": "acme/pending/a%20file",
      "x-amz-copy-source-if-match": '"e"',
      "x-amz-metadata-directive": "REPLACE",
      "x-amz-tagging-directive": "REPLACE",
      "content-type": "image/png",
      "x-amz-meta-album": "mine",
    });
  });

  it("names no tags where the store has none", async () => {
    const { copy, asked } = start(R2);
    await copy();
    expect(asked[0]?.headers.has("x-amz-tagging-directive")).toBe(false);
  });

  it("is not made of another object", async () => {
    const { copy, operations } = start(AWS, { etag: "other" });
    await expect(copy()).rejects.toMatchObject(CHANGED);
    expect(operations()).toEqual(["COPY"]);
  });

  it.for(["", xml("Error", "<Code>InternalError</Code>")])(
    "is none where the store answers 200 and something else",
    async (answer) => {
      const text = typeof answer === "string" ? answer : await answer.text();
      const { copy } = start(AWS, { before: () => new Response(text) });
      await expect(copy()).rejects.toMatchObject({ code: "store-unavailable" });
    },
  );

  it("may take a second for 20 MB, half a minute more, and no longer than for 5 GiB", () => {
    expect([0, 20e6, 2e9].map(copyTimeoutMs)).toEqual([30_000, 31_000, 130_000]);
    expect(copyTimeoutMs(100 * GiB)).toBe(copyTimeoutMs(5 * GiB));
  });
});

describe("a store that refuses the right condition", () => {
  it("is asked without it for a multipart upload, which no ticket can replace", async () => {
    const { copy, operations, asked } = start(UNVERIFIED, { refuses: true });
    await copy({ isMultipart: true });
    expect(operations()).toEqual(["COPY", "HEAD", "COPY", "HEAD"]);
    expect(asked[2]?.headers.has("x-amz-copy-source-if-match")).toBe(false);
  });

  it.for([
    ["an object of one PUT", UNVERIFIED, false],
    ["a store that was seen to be right", AWS, true],
  ] as const)("is not asked without it: %s", async ([, definition, isMultipart]) => {
    const { copy, operations } = start(definition, { refuses: true });
    await expect(copy({ isMultipart })).rejects.toMatchObject(CHANGED);
    expect(operations()).toEqual(["COPY"]);
  });

  it("is believed where the object is another one", async () => {
    const { copy, operations } = start(UNVERIFIED, { etag: "other" });
    await expect(copy({ isMultipart: true })).rejects.toMatchObject(CHANGED);
    expect(operations()).toEqual(["COPY", "HEAD"]);
  });

  it("may have copied another object in between", async () => {
    const { copy, peer } = start(UNVERIFIED, { refuses: true });
    let copies = 0;
    peer.before = (operation) => {
      if (operation === "COPY" && ++copies === 2) peer.etag = "other";
      return undefined;
    };
    await expect(copy({ isMultipart: true })).rejects.toMatchObject(CHANGED);
  });
});

describe("a copy of a large object", () => {
  const LARGE = { size: 5 * GiB + 1 };

  it("is made of parts under the same condition, which lie side by side", async () => {
    const { copy, operations, headersOf, asked } = start();
    await copy(LARGE);
    expect(operations()).toEqual(["CREATE", ...Array<string>(6).fill("PART"), "HEAD", "COMPLETE"]);
    expect(headersOf("x-amz-copy-source-range")).toEqual([
      ...[0, 1, 2, 3, 4].map((part) => `bytes=${part * GiB}-${(part + 1) * GiB - 1}`),
      `bytes=${5 * GiB}-${5 * GiB}`,
    ]);
    expect(new Set(headersOf("x-amz-copy-source-if-match"))).toEqual(new Set(['"e"']));
    expect(asked[0]?.headers.get("content-type")).toBe("image/png");
    expect(asked.at(-1)?.body.match(/<PartNumber>/g)).toHaveLength(6);
  });

  it("has no more parts than the store allows", async () => {
    const { copy, headersOf } = start(R2, { maxParts: 3 });
    await copy({ size: 8 * GiB });
    const [first, , last, ...more] = headersOf("x-amz-copy-source-range");
    expect(first).toBe(`bytes=0-${Math.ceil((8 * GiB) / 3) - 1}`);
    expect(last).toMatch(new RegExp(`-${8 * GiB - 1}$`));
    expect(more).toEqual([]);
  });

  it("is not joined where the source was replaced, on a store without a condition for parts", async () => {
    const { copy, peer, operations } = start(R2);
    peer.before = (operation) => {
      if (operation === "PART") peer.etag = "other";
      return undefined;
    };
    await expect(copy(LARGE)).rejects.toMatchObject(CHANGED);
    expect(operations().slice(-2)).toEqual(["HEAD", "ABORT"]);
  });

  it("is aborted where a part is refused", async () => {
    const { copy, operations } = start(AWS, { etag: "other" });
    await expect(copy(LARGE)).rejects.toMatchObject(CHANGED);
    expect(operations()).toEqual(["CREATE", "PART", "ABORT"]);
  });

  it("leaves the condition out of all parts where the store refuses the right one", async () => {
    const { copy, headersOf } = start(UNVERIFIED, { refuses: true });
    await copy({ ...LARGE, isMultipart: true });
    expect(headersOf("x-amz-copy-source-if-match")).toEqual(['"e"', ...Array<null>(6).fill(null)]);
  });

  it.for([
    ["PART", xml("Error", "<ETag>p</ETag>")],
    ["PART", xml("CopyPartResult", "")],
    ["COMPLETE", xml("Error", "<Code>PreconditionFailed</Code>")],
  ] as const)("is none where %s is answered with 200 and something else", async ([at, answer]) => {
    const text = await answer.text();
    const { copy, operations } = start(AWS, {
      before: (operation) => (operation === at ? new Response(text) : undefined),
    });
    await expect(copy(LARGE)).rejects.toMatchObject({ code: "store-unavailable" });
    expect(operations().at(-1)).toBe("ABORT");
  });
});
