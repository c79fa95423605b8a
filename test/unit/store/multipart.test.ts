import { describe, expect, it } from "vitest";
import { startWorker, type TestWorker } from "../support/start-worker.ts";
import {
  MiB,
  PARTS_CONFIG,
  PARTS_ENV,
  createUpload,
  createStore,
  expectProblem,
  listed,
  putParts,
  send,
  xml,
  type Operation,
  type Script,
  type FakeStore,
} from "../support/fake-store.ts";

const SIZE = 2 * 8 * MiB;

interface CreatedUpload {
  readonly worker: TestWorker;
  readonly store: FakeStore;
  readonly id: string;
}

async function startSent(): Promise<CreatedUpload> {
  const store = createStore();
  const worker = startWorker({
    config: PARTS_CONFIG,
    env: PARTS_ENV,
    dependencies: { fetch: store.fetch },
  });
  const { id } = await createUpload(worker, SIZE);
  putParts(store, SIZE);
  return { worker, store, id };
}

/** What a client asks for, where that answer of the store is read. */
const READERS: Readonly<
  Record<
    "CreateMultipartUpload" | "ListParts" | "CompleteMultipartUpload",
    (created: CreatedUpload) => Promise<Response>
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
): Promise<CreatedUpload> {
  const created = await startSent();
  created.store.scripts[operation] = script;
  await expectProblem(await READERS[operation](created), 502, "store-unavailable");
  expect(created.store.count("HeadObject")).toBe(0);
  return created;
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

describe("an answer to CreateMultipartUpload", () => {
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
    const created = await startSent();
    created.store.scripts.CreateMultipartUpload = () =>
      xml("InitiateMultipartUploadResult", "<Key>&lt;x&gt;</Key>\n<UploadId>a&amp;b</UploadId>");
    const response = await READERS.CreateMultipartUpload(created);
    expect(await response.json()).toMatchObject({ multipart: { uploadId: "a&b" } });
  });
});

describe("an answer with the parts of an upload", () => {
  const part = (fields: string) => `<Part>${fields}</Part>`;
  const WHOLE = "<PartNumber>1</PartNumber><ETag>x</ETag><Size>8388608</Size>";

  it.for(NONSENSE)("that is %s is no answer", async ([, script]) => {
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
  ] as const)("of which one has %s is no answer", async ([, fields]) => {
    await expectUnavailable("ListParts", () => listed(part(WHOLE) + part(fields)));
  });

  it.for([
    ["between two parts", `<ListPartsResult><IsTruncated>false</IsTruncated>${part(WHOLE)}`],
    ["in a part", `<ListPartsResult><IsTruncated>false</IsTruncated>${part(WHOLE)}<Part><PartN`],
    ["before its parts", "<ListPartsResult><IsTruncated>fal"],
  ] as const)("that is cut off %s is no answer", async ([, text]) => {
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
  ] as const)("that is never the last, as its marker %s, is no answer", async ([, markerOf]) => {
    let pages = 0;
    const { store } = await expectUnavailable("ListParts", () => {
      pages += 1;
      // An end, so that a reader that follows it says something false and does not hang.
      return pages > 300 ? listed(part(WHOLE)) : listed("", markerOf(pages));
    });
    expect(store.count("ListParts")).toBeLessThanOrEqual(FREE_SUBREQUESTS);
  });

  it("that has more parts than there can be is no answer", async () => {
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
