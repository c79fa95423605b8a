import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { digest, digestPart } from "../../client/web/src/digest.ts";
import { bytesOf, failureOf, fileOf, start } from "./client.ts";
import { hold, vector } from "./reactions.ts";
import { createMemoryStorage } from "../../client/web/src/index.ts";
import { bodyOf } from "./vectors.ts";

const MiB = 2 ** 20;
const SIGNAL = new AbortController().signal;
const hashOf = (algorithm: string, bytes: Uint8Array) =>
  createHash(algorithm).update(bytes).digest("base64");

describe("a digest", () => {
  it.for([
    ["sha256", 0],
    ["sha256", 100_000],
    ["sha256", 64 * MiB + 5],
    ["md5", 0],
    ["md5", 9 * MiB + 5],
  ] as const)("equals that of OpenSSL: %s of %i bytes", async ([algorithm, size]) => {
    const bytes = bytesOf(size);
    const made = await digest(algorithm, new Blob([bytes]), SIGNAL);
    expect(Buffer.from(made).toString("base64")).toBe(hashOf(algorithm, bytes));
  });

  it("stops when the signal is aborted", async () => {
    const stopped = AbortSignal.abort(new RangeError("Enough"));
    await expect(digestPart(new Blob(["a"]), stopped)).rejects.toThrow(RangeError);
  });
});

describe("an upload with a checksum", () => {
  it("has one of the file if the policy requires it, without any option", async () => {
    const { server, uploader } = await start();
    server.on("ticket", vector("problem-checksum-demanded"));
    await uploader.upload(fileOf(5000));
    expect(server.last("ticket").body["checksum"]).toEqual({
      algorithm: "sha256",
      value: hashOf("sha256", bytesOf(5000)),
    });
  });

  it("has the one that the app passes", async () => {
    const { server, uploader } = await start();
    const checksum = { algorithm: "crc32", value: "AAAAAA==" };
    await uploader.upload(fileOf(5000), { checksum });
    expect(server.last("ticket").body["checksum"]).toEqual(checksum);
  });

  it("has an MD5 if the app asks for it", async () => {
    const { server, uploader } = await start();
    await uploader.upload(fileOf(5000), { checksum: "md5" });
    const value = hashOf("md5", bytesOf(5000));
    expect(server.last("ticket").body["checksum"]).toEqual({ algorithm: "md5", value });
  });

  it("fails if the checksum that the app passes is refused", async () => {
    const { server, uploader } = await start();
    server.on("ticket", vector("problem-checksum-demanded"));
    const checksum = { algorithm: "crc32", value: "AAAAAA==" };
    expect(await failureOf(uploader.upload(fileOf(5), { checksum }))).toMatchObject({
      code: "invalid-request",
    });
    expect(server.count("ticket")).toBe(1);
  });
});

describe("a multipart upload with a checksum", () => {
  const SIZE = 16 * MiB + 5;
  const PARTS = { multipartFrom: 8 * MiB };
  const parts = [0, 1, 2, 3].map((part) =>
    bytesOf(SIZE).subarray(part * 5 * MiB, (part + 1) * 5 * MiB),
  );
  const digests = parts.map((part) => createHash("sha256").update(part).digest());
  const composite = `${hashOf("sha256", Buffer.concat(digests))}-4`;
  const checksums = Object.fromEntries(
    digests.map((one, index) => [String(index + 1), one.toString("base64")]),
  );

  it("has the digest of its parts' digests, and one for each part", async () => {
    const { server, uploader } = await start(PARTS);
    const completed = await uploader.upload(fileOf(SIZE), { checksum: "sha256" });
    expect(server.objects.get(completed.key)?.equals(bytesOf(SIZE))).toBe(true);
    expect(server.last("ticket").body["checksum"]).toEqual({
      algorithm: "sha256",
      value: composite,
    });
    expect(server.last("sign").body).toEqual({ partNumbers: [1, 2, 3, 4], checksums });
  });

  it("has the checksum of the file if the service wants a single-part upload", async () => {
    const { server, uploader } = await start();
    const fieldError = {
      pointer: "/checksum/value",
      detail: "must be 32 bytes in base64 with padding",
    };
    server.on("ticket", ({ response }) => {
      response.writeHead(422, { "content-type": "application/problem+json" });
      response.end(
        JSON.stringify({ ...bodyOf("problem-checksum-demanded"), errors: [fieldError] }),
      );
    });
    await uploader.upload(fileOf(SIZE), { checksum: "sha256" });
    expect(server.last("ticket").body["checksum"]).toEqual({
      algorithm: "sha256",
      value: hashOf("sha256", bytesOf(SIZE)),
    });
  });

  it("is aborted if the service takes another part size", async () => {
    const { server, uploader } = await start({ ...PARTS, partSize: 9 * MiB });
    expect(await failureOf(uploader.upload(fileOf(SIZE), { checksum: "sha256" }))).toMatchObject({
      code: "unexpected-answer",
    });
    expect(server.count("abort")).toBe(1);
  });

  it("continues after a reload with the digests of the missing parts", async () => {
    const resumeStorage = createMemoryStorage();
    const { server, uploader, createClient } = await start(PARTS, { resumeStorage });
    const held = hold();
    server.on("put", ({ usual }) => usual(), held.reaction);
    uploader.start(fileOf(SIZE), { checksum: "sha256", concurrency: 1 });
    await held.arrived;
    await createClient().upload(fileOf(SIZE), { checksum: "sha256", concurrency: 1 });
    expect(server.count("ticket")).toBe(1);
    const { "1": _, ...missing } = checksums;
    const body = { partNumbers: [2, 3, 4], checksums: missing };
    expect(server.last("sign").body).toEqual(body);
  });
});
