import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Secret } from "../../../src/secret.ts";
import type { EncodedKey } from "../../../src/store/encode-key.ts";
import { createSigner } from "../../../src/store/sigv4.ts";
import { escapeXml, readBlocks, readField } from "../../../src/store/xml.ts";
import { startWorker, type TestWorker } from "../support/start-worker.ts";
import {
  MiB,
  PARTS_CONFIG,
  PARTS_ENV,
  begin,
  createStore,
  expectProblem,
  listed,
  putParts,
  send,
  xml,
  type Operation,
  type Script,
  type ScriptedStore,
} from "../support/fake-store.ts";

describe("a field", () => {
  it.for([
    ["<a>text</a>", "text"],
    ["<x><a>one</a><a>two</a></x>", "one"],
    ["<a></a>", ""],
    ["<a> spaces </a>", " spaces "],
    ["<a>&lt;&gt;&amp;&quot;&apos;</a>", "<>&\"'"],
    ["<a>&#44032;&#xac00;&#x1F389;</a>", "가가🎉"],
    ["<a>&amp;lt;</a>", "&lt;"],
    ["<a>&amp;#38;lt;</a>", "&#38;lt;"],
    ["<a>&lol;&nbsp;&;&#x110000;&#0;&</a>", "&lol;&nbsp;&;&#x110000;&#0;&"],
  ] as const)("of %s is %j", ([text, value]) => expect(readField(text, "a")).toBe(value));

  it.for([
    "",
    "<a>",
    "<a>text",
    "</a><a>",
    "<a/>",
    "<a x='1'>text</a>",
    "<A>text</A>",
    "<ab>text</ab>",
    "<a><b>text</b></a>",
    `<a>${"x".repeat(4097)}</a>`,
  ])("is not in %j", (text) => expect(readField(text, "a")).toBeUndefined());

  it("is read as it was before it was escaped, and has no element of its own", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 500 }), (text) => {
        const escaped = escapeXml(text);
        expect(escaped).not.toMatch(/[<>]/);
        expect(readField(`<a>${escaped}</a>`, "a")).toBe(text);
      }),
    );
  });

  it("is read of any text without a crash", () => {
    const pieces = fc.constantFrom("<a>", "</a>", "<", ">", "&", "&#", "x", ";", "&amp;", "<!--");
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 50 }), (texts) => {
        expect(readField(texts.join(""), "a") ?? "").not.toContain("<a>");
      }),
    );
  });
});

describe("blocks", () => {
  it.for([
    ["<a>1</a>-<a>2</a>", ["1", "2"]],
    ["<a><b>1</b></a>", ["<b>1</b>"]],
    ["<a>1</a><a>2", ["1"]],
    ["</a><a>1</a>", ["1"]],
    ["<aa>1</aa>", []],
    ["", []],
  ] as const)("of %s are %j", ([text, blocks]) => expect(readBlocks(text, "a")).toEqual(blocks));
});

const SIZE = 2 * 8 * MiB;

interface Begun {
  readonly worker: TestWorker;
  readonly store: ScriptedStore;
  readonly id: string;
}

async function startSent(): Promise<Begun> {
  const store = createStore();
  const worker = startWorker({
    config: PARTS_CONFIG,
    env: PARTS_ENV,
    dependencies: { fetch: store.fetch },
  });
  const { id } = await begin(worker, SIZE);
  putParts(store, SIZE);
  return { worker, store, id };
}

/** What a client asks for, where that answer of the store is read. */
const READERS: Readonly<
  Record<
    "CreateMultipartUpload" | "ListParts" | "CompleteMultipartUpload",
    (begun: Begun) => Promise<Response>
  >
> = {
  CreateMultipartUpload: async ({ worker }) =>
    send(worker, "POST", "/v1/uploads", { body: { contentType: "video/mp4", size: SIZE } }),
  ListParts: async ({ worker, id }) => send(worker, "GET", `/v1/uploads/${id}/parts`),
  CompleteMultipartUpload: async ({ worker, id }) =>
    send(worker, "POST", `/v1/uploads/${id}/complete`),
};

async function expectUnavailable(
  operation: keyof typeof READERS & Operation,
  script: Script,
): Promise<Begun> {
  const begun = await startSent();
  begun.store.scripts[operation] = script;
  await expectProblem(await READERS[operation](begun), 502, "store-unavailable");
  expect(begun.store.count("HeadObject")).toBe(0);
  return begun;
}

const BOMB = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY lol "lol"><!ENTITY lola "&lol;&lol;&lol;&lol;"><!ENTITY lolb "&lola;&lola;&lola;&lola;">]>`;

/** Answers that are no answer to anything. */
const NONSENSE: readonly (readonly [name: string, script: Script])[] = [
  ["nothing", () => new Response("")],
  ["JSON", () => Response.json({ UploadId: "x", IsTruncated: false })],
  ["a page of HTML", () => new Response("<!doctype html><title>Sign in</title>")],
  ["binary", () => new Response(Uint8Array.from({ length: 1000 }, (_, index) => index % 256))],
  ["UTF-16", () => new Response(Uint8Array.from([0xff, 0xfe, 0x3c, 0x00, 0x61, 0x00]))],
  ["only a prologue", () => new Response('<?xml version="1.0" encoding="UTF-8"?>')],
  ["deep nesting", () => new Response("<a>".repeat(300_000))],
  ["a wrong root", () => xml("ListBucketResult", "<UploadIds>x</UploadIds>")],
];

describe("an answer to the beginning of an upload in parts", () => {
  it.for(NONSENSE)("that is %s gives no ticket", async ([, script]) => {
    await expectUnavailable("CreateMultipartUpload", script);
  });

  it.for([
    ["cut off", "<InitiateMultipartUploadResult><UploadId>2~abc"],
    [
      "an entity bomb",
      `${BOMB}<InitiateMultipartUploadResult><UploadId>&lolb;</UploadId></InitiateMultipartUploadResult>`,
    ],
    [
      "empty",
      "<InitiateMultipartUploadResult><UploadId></UploadId></InitiateMultipartUploadResult>",
    ],
    [
      "nested",
      "<InitiateMultipartUploadResult><UploadId><a>x</a></UploadId></InitiateMultipartUploadResult>",
    ],
    [
      "more than a line",
      "<InitiateMultipartUploadResult><UploadId>a\r\nb</UploadId></InitiateMultipartUploadResult>",
    ],
    [
      "not visible",
      "<InitiateMultipartUploadResult><UploadId>a&#0;b&#x200b;</UploadId></InitiateMultipartUploadResult>",
    ],
    [
      "too long",
      `<InitiateMultipartUploadResult><UploadId>${"x".repeat(1025)}</UploadId></InitiateMultipartUploadResult>`,
    ],
  ] as const)("whose upload id is %s gives no ticket", async ([, text]) => {
    await expectUnavailable("CreateMultipartUpload", () => new Response(text));
  });

  it("that has more than the name is read for the name alone", async () => {
    const begun = await startSent();
    begun.store.scripts.CreateMultipartUpload = () =>
      xml("InitiateMultipartUploadResult", "<Key>&lt;x&gt;</Key>\n<UploadId>a&amp;b</UploadId>");
    const response = await READERS.CreateMultipartUpload(begun);
    expect(await response.json()).toMatchObject({ multipart: { uploadId: "a&b" } });
  });
});

describe("an answer with the parts of an upload", () => {
  const part = (fields: string) => `<Part>${fields}</Part>`;
  const WHOLE = "<PartNumber>1</PartNumber><ETag>x</ETag><Size>8388608</Size>";

  it.for(NONSENSE)("that is %s tells nothing", async ([, script]) => {
    await expectUnavailable("ListParts", script);
  });

  it.for([
    ["a number that is none", "<PartNumber>one</PartNumber><ETag>x</ETag><Size>5</Size>"],
    ["the number 0", "<PartNumber>0</PartNumber><ETag>x</ETag><Size>5</Size>"],
    ["a number below 0", "<PartNumber>-1</PartNumber><ETag>x</ETag><Size>5</Size>"],
    ["half a number", "<PartNumber>1.5</PartNumber><ETag>x</ETag><Size>5</Size>"],
    ["no number", "<ETag>x</ETag><Size>5</Size>"],
    ["no ETag", "<PartNumber>1</PartNumber><Size>5</Size>"],
    ["no size", "<PartNumber>1</PartNumber><ETag>x</ETag>"],
    ["an empty size", "<PartNumber>1</PartNumber><ETag>x</ETag><Size></Size>"],
    ["a size of letters", "<PartNumber>1</PartNumber><ETag>x</ETag><Size>many</Size>"],
    ["a size that is no decimal", "<PartNumber>1</PartNumber><ETag>x</ETag><Size>0x800000</Size>"],
    ["a size below 0", "<PartNumber>1</PartNumber><ETag>x</ETag><Size>-5</Size>"],
    [
      "a size beyond exact numbers",
      "<PartNumber>1</PartNumber><ETag>x</ETag><Size>9007199254740992</Size>",
    ],
    ["an entity bomb", "<PartNumber>1</PartNumber><ETag>x</ETag><Size>&lolb;</Size>"],
    ["nested elements", "<PartNumber><a>1</a></PartNumber><ETag>x</ETag><Size>5</Size>"],
  ] as const)("of which one has %s tells nothing", async ([, fields]) => {
    await expectUnavailable("ListParts", () => listed(part(WHOLE) + part(fields)));
  });

  it.for([
    ["between two parts", `<ListPartsResult><IsTruncated>false</IsTruncated>${part(WHOLE)}`],
    ["in a part", `<ListPartsResult><IsTruncated>false</IsTruncated>${part(WHOLE)}<Part><PartN`],
    ["before its parts", "<ListPartsResult><IsTruncated>fal"],
  ] as const)("that is cut off %s tells nothing", async ([, text]) => {
    await expectUnavailable("ListParts", () => new Response(text));
  });

  /** developers.cloudflare.com/workers/platform/limits: for one request, on the smallest plan. */
  const FREE_SUBREQUESTS = 50;
  const marker = (text: unknown) => `<NextPartNumberMarker>${String(text)}</NextPartNumberMarker>`;
  it.for([
    ["stays where it is", () => marker(5)],
    ["goes back", (page: number) => marker(10 - page)],
    ["is none", () => marker("on and on")],
    ["is not there", () => ""],
    ["goes on and on", (page: number) => marker(page)],
    ["goes beyond exact numbers", (page: number) => marker(`1e${page}`)],
  ] as const)("that is never the last, as its marker %s, tells nothing", async ([, markerOf]) => {
    let pages = 0;
    const { store } = await expectUnavailable("ListParts", () => {
      pages += 1;
      // An end, so that a reader that follows it says something false and does not hang.
      return pages > 300 ? listed(part(WHOLE)) : listed("", markerOf(pages));
    });
    expect(store.count("ListParts")).toBeLessThanOrEqual(FREE_SUBREQUESTS);
  });

  it("that has more parts than there can be tells nothing", async () => {
    const { store } = await expectUnavailable("ListParts", ({ url }) =>
      listed(
        part(WHOLE).repeat(5000),
        marker(Number(url.searchParams.get("part-number-marker") ?? 0) + 1),
      ),
    );
    expect(store.count("ListParts")).toBeLessThanOrEqual(3);
  });

  it("puts nothing together where it cannot be read", async () => {
    const { worker, store, id } = await startSent();
    store.scripts.ListParts = () => listed(part("<PartNumber>1</PartNumber>"));
    const response = await send(worker, "POST", `/v1/uploads/${id}/complete`);
    await expectProblem(response, 502, "store-unavailable");
    expect(store.count("CompleteMultipartUpload")).toBe(0);
  });
});

describe("an answer to the completion of parts", () => {
  it.for(NONSENSE)("that is %s completes nothing", async ([, script]) => {
    await expectUnavailable("CompleteMultipartUpload", script);
  });

  it.for([
    ["an entity bomb", `${BOMB}<Error><Code>&lolb;</Code></Error>`],
    [
      "an error in a result",
      "<CompleteMultipartUploadResult><Error><Code>SlowDown</Code></Error></CompleteMultipartUploadResult>",
    ],
    ["an error that is cut off", "<Error><Code>Intern"],
  ] as const)("that is %s completes nothing", async ([, text]) => {
    await expectUnavailable("CompleteMultipartUpload", () => new Response(text));
  });
});

describe("an answer of 10 MiB", () => {
  it.for(["CreateMultipartUpload", "ListParts", "CompleteMultipartUpload"] as const)(
    "to %s is not read on after 1 MiB",
    async (operation) => {
      let sent = 0;
      let isCancelled = false;
      const head = new TextEncoder().encode(
        "<ListPartsResult><UploadId>x</UploadId><CompleteMultipartUploadResult>",
      );
      const body = () =>
        new ReadableStream({
          start: (controller) => controller.enqueue(head),
          pull(controller) {
            sent += 64 * 1024;
            if (sent > 10 * MiB) controller.close();
            else controller.enqueue(new Uint8Array(64 * 1024).fill(32));
          },
          cancel() {
            isCancelled = true;
          },
        });
      await expectUnavailable(operation, () => new Response(body()));
      expect(isCancelled).toBe(true);
      expect(sent).toBeGreaterThan(MiB - 64 * 1024);
      expect(sent).toBeLessThan(2 * MiB);
    },
  );
});

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
