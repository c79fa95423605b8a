import { createHash } from "node:crypto";
import { openAsBlob } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mintDevelopmentToken } from "../../../cli/mint.ts";
import {
  UploadError,
  createMemoryStorage,
  createUploader,
  type Completed,
  type Progress,
  type Ticket,
  type Uploader,
  type UploaderOptions,
} from "../../../client/web/src/index.ts";
import { contentOf } from "../../uppy/content.ts";
import { startFixture, type Server } from "../support/server.ts";

const MiB = 2 ** 20;
/** Six parts. */
const LARGE = 30 * MiB;
let server: Server;
let folder: string;
beforeAll(async () => {
  [server, folder] = await Promise.all([startFixture(), mkdtemp(join(tmpdir(), "client-"))]);
});
afterAll(async () => {
  await Promise.all([server.close(), rm(folder, { recursive: true })]);
});

function createClient(user = "alice", options: Partial<UploaderOptions> = {}): Uploader {
  const getToken = async () => mintDevelopmentToken(user, { expiresInSeconds: 600 });
  return createUploader({ endpoint: server.url, getToken, ...options });
}

function fileOf(name: string, type: string, size: number): File {
  return new File([contentOf(size)], name, { type, lastModified: 1_795_330_800_000 });
}

async function expectStored({ key, size }: Completed, expected: Uint8Array): Promise<void> {
  const stored = await server.read(key);
  expect(size).toBe(expected.length);
  expect(Buffer.compare(stored?.bytes ?? new Uint8Array(), expected)).toBe(0);
}

const codeOf = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "no error",
    (error: unknown) => (error instanceof UploadError ? error.code : error),
  );

describe("the TypeScript client in Node.js", () => {
  it("stores a file with its name, type and metadata, and returns a receipt", async () => {
    const file = fileOf("여행 사진.txt".normalize("NFD"), "text/plain;charset=utf-8", 5);
    const options = { policy: "document", metadata: { album: "제주" } };
    const completed = await createClient().upload(file, options);
    await expectStored(completed, contentOf(5));
    expect(completed).toMatchObject({
      status: "completed",
      policy: "document",
      contentType: "text/plain",
      metadata: { album: "제주" },
    });
    expect(completed.key).toMatch(/^documents\/alice\/[\w-]+\/여행 사진\.txt$/);
    expect(completed.receipt.split(".")).toHaveLength(3);
  });

  it("sends a large file from the disk as a multipart upload, and reports progress", async () => {
    const path = join(folder, "a.mp4");
    await writeFile(path, contentOf(LARGE));
    const seen: Progress[] = [];
    const completed = await createClient().upload(await openAsBlob(path, { type: "video/mp4" }), {
      policy: "video",
      filename: "a.mp4",
      onProgress: (progress) => seen.push(progress),
    });
    await expectStored(completed, contentOf(LARGE));
    expect(seen.map(({ sentBytes }) => sentBytes)).toEqual(
      seen.map(({ sentBytes }) => sentBytes).toSorted((a, b) => a - b),
    );
    expect(seen.at(-1)).toEqual({ sentBytes: LARGE, totalBytes: LARGE });
    expect(seen).toHaveLength(6);
  });

  it("computes the checksum that a policy requires, without any option", async () => {
    const content = contentOf(100_000);
    const value = createHash("sha256").update(content).digest("base64");
    const tickets: Ticket[] = [];
    const completed = await createClient().upload(fileOf("a.png", "image/png", 100_000), {
      policy: "avatar",
      onTicket: (ticket) => tickets.push(ticket),
    });
    await expectStored(completed, content);
    expect(tickets).toMatchObject([{ headers: { "x-amz-checksum-sha256": value } }]);
  });

  it("computes an MD5 if the app asks for it", async () => {
    const value = createHash("md5").update(contentOf(1000)).digest("base64");
    const options = { policy: "avatar", checksum: "md5" } as const;
    const completed = await createClient().upload(fileOf("a.png", "image/png", 1000), options);
    expect(completed.checksum).toEqual({ algorithm: "md5", value });
  });

  it("continues from the stored parts, in another process with the same resume storage", async () => {
    const resumeStorage = createMemoryStorage();
    const file = fileOf("b.mp4", "video/mp4", LARGE);
    let puts = 0;
    const countingFetch: typeof fetch = async (input, init) => {
      if (init?.method === "PUT") puts += 1;
      return fetch(input, init);
    };
    const first = createClient("alice", { resumeStorage, fetch: countingFetch });
    const upload = first.start(file, {
      policy: "video",
      concurrency: 1,
      onProgress: ({ sentBytes }) => {
        if (sentBytes > 10 * MiB) void upload.abort({ keepParts: true });
      },
    });
    expect(await codeOf(upload.done)).toBe("aborted");
    await upload.abort();
    const before = puts;
    const second = createClient("alice", { resumeStorage, fetch: countingFetch });
    const completed = await second.upload(file, { policy: "video", concurrency: 1 });
    await expectStored(completed, contentOf(LARGE));
    expect(completed.id).toBe(upload.id);
    expect(before).toBe(3);
    expect(puts).toBe(before + 3);
  });

  it("downloads and deletes what the policy allows", async () => {
    const client = createClient();
    const { key } = await client.upload(fileOf("a.txt", "text/plain", 5), { policy: "document" });
    const { method, url, headers } = await client.download(key, { policy: "document" });
    const answer = await fetch(url, { method, headers });
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(contentOf(5));
    await client.remove(key, { policy: "document" });
    expect(await server.read(key)).toBeUndefined();
    expect(await codeOf(client.remove(key, { policy: "video" }))).toBe("key-outside-prefix");
  });

  it("fails at once if the quota is used up, and lists the uploads", async () => {
    const client = createClient("carol");
    const file = fileOf("a.txt", "text/plain", 5);
    const { id } = await client.upload(file, { policy: "once" });
    const refused = client.upload(file, { policy: "once" });
    await expect(refused).rejects.toMatchObject({
      name: "UploadError",
      code: "quota-exceeded",
      status: 429,
      limit: 1,
      retryAfterSeconds: expect.any(Number) as number,
    });
    const { uploads } = await client.list({ status: "completed" });
    expect(uploads.map(({ status }) => status)).toEqual(["completed"]);
    expect(uploads[0]?.id).toBe(id);
  });

  it("leaves nothing behind when it is aborted, in the store and in the quota", async () => {
    const client = createClient("dave");
    const upload = client.start(fileOf("c.mp4", "video/mp4", LARGE), {
      policy: "clip",
      concurrency: 1,
      onProgress: () => void upload.abort().catch(() => undefined),
    });
    expect(await codeOf(upload.done)).toBe("aborted");
    await upload.abort();
    const { uploads } = await client.list();
    expect(uploads.map(({ status }) => status)).toEqual(["aborted"]);
    expect(await server.read(uploads[0]?.key ?? "")).toBeUndefined();
  });

  it("continues with new tickets after a pause that outlasts the old ones", async () => {
    const client = createClient("erin");
    const upload = client.start(fileOf("d.mp4", "video/mp4", LARGE), {
      policy: "clip",
      concurrency: 2,
      onProgress: () => upload.pause(),
    });
    await expect.poll(() => upload.isPaused, { timeout: 20_000 }).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 4500));
    const going = setInterval(() => upload.resume(), 50);
    const completed = await upload.done;
    clearInterval(going);
    await expectStored(completed, contentOf(LARGE));
  });
});
