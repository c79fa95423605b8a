import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  MiB,
  PARTS_CONFIG,
  PARTS_ENV,
  createStore,
  createUpload,
  putParts,
  send,
  type Operation,
} from "../unit/support/fake-store.ts";
import { startWorker } from "../unit/support/start-worker.ts";
import { HANG_MS, leastCpuMs } from "./support/cpu-time.ts";
import { expectAlways } from "./support/expect-always.ts";
import { anyJson, anyText, mostly } from "./support/texts.ts";

const SIZE = 16 * MiB;

const config = {
  ...PARTS_CONFIG,
  policies: {
    video: { ...PARTS_CONFIG.policies["video"], download: true, delete: true },
    clip: { ...PARTS_CONFIG.policies["clip"], metadata: ["album"] },
  },
};

const STATUSES = [200, 204, 206, 301, 400, 401, 403, 404, 409, 412, 416, 429, 500, 501, 503];
const PIECES = [
  '<?xml version="1.0" encoding="UTF-8"?>',
  "<InitiateMultipartUploadResult>",
  "</InitiateMultipartUploadResult>",
  "<ListPartsResult>",
  "</ListPartsResult>",
  "<CompleteMultipartUploadResult>",
  "</CompleteMultipartUploadResult>",
  "<Error>",
  "</Error>",
  "<Part>",
  "</Part>",
  "<UploadId>2~x</UploadId>",
  "<UploadId>",
  "<PartNumber>1</PartNumber>",
  "<PartNumber>2</PartNumber>",
  "<PartNumber>99999999999999</PartNumber>",
  "<ETag>&quot;etag-1&quot;</ETag>",
  "<Size>8388608</Size>",
  "<Size>-1</Size>",
  "<IsTruncated>true</IsTruncated>",
  "<NextPartNumberMarker>2</NextPartNumberMarker>",
  "<NextPartNumberMarker>0</NextPartNumberMarker>",
  "<Code>NoSuchUpload</Code>",
  "<Code>InvalidPart</Code>",
  "<Code>BadDigest</Code>",
  "<Code>PreconditionFailed</Code>",
  "<!DOCTYPE x [",
  '<!ENTITY lol "lol">',
  "<![CDATA[",
  "]]>",
  "&lol;",
  "&#x110000;",
  "&#xD800;",
  "<a",
  ">",
] as const;
const ROOTS = [
  "InitiateMultipartUploadResult",
  "ListPartsResult",
  "CompleteMultipartUploadResult",
  "Error",
] as const;

const documents = fc
  .tuple(
    fc.constantFrom(...ROOTS),
    fc.array(fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...PIECES) }, anyText), {
      maxLength: 12,
    }),
  )
  .map(([root, pieces]) => `<${root}>${pieces.join("")}</${root}>`);
const partLists = fc
  .array(
    fc.tuple(
      mostly(fc.integer({ min: 1, max: 3 }), fc.integer()),
      mostly(fc.constantFrom(8 * MiB, 0, 1), fc.integer()),
      mostly(fc.constantFrom("etag-1", "etag-2", ""), anyText),
    ),
    { maxLength: 4 },
  )
  .map((all) => {
    const listed = all.map(
      ([number, size, etag]) =>
        `<Part><PartNumber>${number}</PartNumber><Size>${size}</Size><ETag>${etag}</ETag></Part>`,
    );
    return `<ListPartsResult><IsTruncated>false</IsTruncated>${listed.join("")}</ListPartsResult>`;
  });
const repeated = fc
  .tuple(fc.constantFrom(...ROOTS), fc.constantFrom(...PIECES))
  .map(([root, piece]) => `<${root}>${piece.repeat(900_000 / piece.length)}</${root}>`);

const bodies = fc.oneof(
  { weight: 5, arbitrary: documents },
  { weight: 3, arbitrary: partLists },
  { weight: 2, arbitrary: fc.array(fc.constantFrom(...PIECES)).map((all) => all.join("")) },
  { weight: 1, arbitrary: anyJson.map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: anyText },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  { weight: 1, arbitrary: repeated },
);

const latin1 = anyText.map((text) => text.replaceAll(/[^\u0020-\u007E\u0080-\u00FF]/g, ""));
const headers = fc.record(
  {
    "content-length": mostly(
      fc.constantFrom(String(SIZE), "5", "0"),
      fc.oneof(latin1, fc.constantFrom("-1", "1e3", "0x10", "", "9007199254740993")),
    ),
    "content-type": mostly(fc.constantFrom("video/mp4", "image/png"), latin1),
    etag: mostly(fc.constantFrom('"0123456789abcdef0123456789abcdef"', '"x-2"', 'W/"x"'), latin1),
    "x-amz-server-side-encryption": fc.oneof(fc.constantFrom("AES256", "aws:kms"), latin1),
    "x-amz-checksum-sha256": latin1,
    "x-amz-checksum-crc32": latin1,
    "x-amz-meta-album": fc.oneof(latin1, fc.constantFrom("=?UTF-8?B?4pyT?=", "=?utf-8?b?/w==?=")),
    "x-amz-meta-__proto__": latin1,
    "x-amz-meta-edge-presigner": fc.constant("aborted"),
    location: fc.constant("https://evil.example/"),
  },
  { requiredKeys: [] },
);

const OPERATIONS = [
  "CreateMultipartUpload",
  "ListParts",
  "CompleteMultipartUpload",
  "AbortMultipartUpload",
  "HeadObject",
  "PutObject",
  "DeleteObject",
] as const satisfies readonly Operation[];
const answers = fc.record({
  status: mostly(fc.constant(200), fc.constantFrom(...STATUSES)),
  headers,
  body: bodies,
});
type Answer = typeof answers extends fc.Arbitrary<infer T> ? T : never;

const hasNoBody = (operation: Operation, status: number) =>
  operation === "HeadObject" || status === 204 || status === 205 || status === 304;

const REQUESTS = [
  ["POST", "/v1/uploads", { contentType: "video/mp4", size: SIZE }],
  ["GET", "/v1/uploads/{parts}/parts", undefined],
  ["POST", "/v1/uploads/{parts}/complete", undefined],
  ["POST", "/v1/uploads/{single}/complete", {}],
  ["DELETE", "/v1/uploads/{parts}", undefined],
  ["DELETE", "/v1/uploads/{single}", undefined],
  ["DELETE", "/v1/objects", { key: "{key}" }],
  ["POST", "/v1/downloads", { key: "{key}" }],
  ["GET", "/s3/multipart/{parts}?key={key}", undefined],
  ["GET", "/s3/uploads/{parts}?key={key}", undefined],
  [
    "POST",
    "/s3/multipart/{parts}/complete?key={key}",
    { parts: [1, 2].map((PartNumber) => ({ PartNumber, ETag: `etag-${PartNumber}` })) },
  ],
] as const;

describe("whatever a store answers", () => {
  it("gives an answer or a problem that the API names, without a hang", async () => {
    const store = createStore();
    const worker = startWorker({
      config,
      env: PARTS_ENV,
      dependencies: { fetch: store.fetch },
    });
    const { id: parts, key } = await createUpload(worker, SIZE);
    const created = await send(worker, "POST", "/v1/uploads", {
      body: { policy: "clip", contentType: "video/mp4", size: 5 },
    });
    const { id: single } = await created.json<{ id: string }>();
    putParts(store, SIZE);
    const fill = (text: string) =>
      text.replaceAll("{parts}", parts).replaceAll("{single}", single).replaceAll("{key}", key);

    await expectAlways(
      fc.asyncProperty(
        fc.constantFrom(...REQUESTS),
        fc.dictionary(fc.constantFrom(...OPERATIONS), answers, { minKeys: 1 }),
        async ([method, path, body], scripts: Partial<Record<Operation, Answer>>) => {
          for (const operation of OPERATIONS) {
            const answer = scripts[operation];
            if (!answer) delete store.scripts[operation];
            else
              store.scripts[operation] = () =>
                new Response(hasNoBody(operation, answer.status) ? null : answer.body, answer);
          }
          let response = new Response();
          const spentMs = await leastCpuMs(async () => {
            store.requests.length = 0;
            store.object = undefined;
            response = await send(worker, method, fill(path), {
              ...(body !== undefined && {
                body: JSON.parse(fill(JSON.stringify(body))) as unknown,
              }),
            });
          }, HANG_MS);
          const text = await response.text();
          if (response.status >= 500)
            expect(text).toMatch(/"code":"(store-unavailable|misconfigured)"/);
          else expect(text).not.toContain("evil.example");
          expect(spentMs).toBeLessThan(HANG_MS);
        },
      ),
      500,
    );
  });
});
