import { describe, expect, it } from "vitest";
import { choosePartSize, countAtOnce } from "../../client/web/src/part-size.ts";
import { fileOf, start } from "./client.ts";
import { vector } from "./reactions.ts";

const MB = 1_000_000;
const MiB = 2 ** 20;
const GiB = 1024 * MiB;
const lineOf = (speed: number, concurrency?: number) => ({
  bytesPerSecond: () => speed,
  options: { concurrency },
});

describe("the size of the parts of a new upload", () => {
  it.for([
    ["before anything is known", 0, 5],
    ["on a slow line", 0.4 * MB, 5],
    ["at 1.5 MB/s", 1.5 * MB, 5],
    ["at 5 MB/s", 5 * MB, 8],
    ["at 12 MB/s", 12 * MB, 16],
    ["at 20 MB/s", 20 * MB, 32],
    ["at 1 GB/s", 1000 * MB, 64],
  ] as const)("%s", ([, speed, size]) => {
    expect(choosePartSize(100 * MiB, lineOf(speed))).toBe(size * MiB);
  });

  it("is such that a file has at most 1,000 parts, which every store takes", () => {
    expect(choosePartSize(5000 * MiB, lineOf(0))).toBe(5 * MiB);
    expect(choosePartSize(5000 * MiB + 1, lineOf(0))).toBe(6 * MiB);
    expect(choosePartSize(5000 * GiB, lineOf(0))).toBe(5 * GiB);
  });

  it("is larger if fewer parts share the line", () => {
    expect(choosePartSize(100 * MiB, lineOf(5 * MB, 1))).toBe(32 * MiB);
  });
});

describe("the number of parts that are sent at once", () => {
  it.for([
    ["before anything is known", 0, 2],
    ["on a slow line", 0.4 * MB, 1],
    ["at 1.5 MB/s", 1.5 * MB, 2],
    ["at 2 MB/s", 2 * MB, 3],
    ["on a fast line", 100 * MB, 4],
  ] as const)("%s", ([, speed, count]) => {
    expect(countAtOnce(5 * MiB, lineOf(speed))).toBe(count);
  });

  it("is at most what the app allows, and four", () => {
    expect(countAtOnce(5 * MiB, lineOf(100 * MB, 3))).toBe(3);
    expect(countAtOnce(5 * MiB, lineOf(100 * MB, 8))).toBe(4);
    expect(countAtOnce(5 * MiB, lineOf(100 * MB, 0))).toBe(1);
  });
});

describe("a request for a ticket", () => {
  const SIZE = 11 * MiB;

  it("has the size of the parts, if the file has more than one", async () => {
    const { server, uploader } = await start({ multipartFrom: 8 * MiB });
    await uploader.upload(fileOf(SIZE));
    expect(server.last("ticket").body["partSize"]).toBe(5 * MiB);
    await uploader.upload(fileOf(5 * MiB));
    expect(server.last("ticket").body).not.toHaveProperty("partSize");
    await uploader.upload(fileOf(SIZE), { multipart: false });
    expect(server.last("ticket").body).not.toHaveProperty("partSize");
  });

  it("lets the service choose if it refuses the size", async () => {
    const { server, uploader } = await start({ multipartFrom: 8 * MiB, partSize: 8 * MiB });
    const errors = [{ pointer: "/partSize", detail: "must be from 8388608 to 5368709120" }];
    server.on("ticket", vector("problem-checksum-demanded", { errors }));
    expect((await uploader.upload(fileOf(SIZE))).status).toBe("completed");
    expect(server.count("put")).toBe(2);
    expect(server.last("ticket").body).not.toHaveProperty("partSize");
  });
});
