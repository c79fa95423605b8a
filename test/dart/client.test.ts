/** The Dart client against the Worker and its store: a Dart program uploads, and the AWS SDK reads what is stored. */
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { refusals } from "../e2e/support/store.ts";
import { call, startFixture, tokenFor, type Server } from "../e2e/support/server.ts";
import { contentOf } from "../uppy/content.ts";
import { compile } from "./support/dart.ts";
import { withDart } from "./support/with-dart.ts";
import { startProxy, type Proxy } from "./support/faulty-proxy.ts";

interface Line {
  readonly state?: string;
  readonly bytes?: number;
  readonly failure?: string;
  readonly status?: number;
  readonly limit?: number;
  readonly result?: Readonly<Record<string, unknown>>;
}

interface Stored {
  readonly status: string;
  readonly key: string;
}

const MiB = 2 ** 20;
/** Three parts. */
const LARGE = 20 * MiB;

withDart("client/dart and the service", (dart) => {
  let server: Server;
  let folder: string;
  let program: string;
  beforeAll(async () => {
    program = compile(dart, "test/end_to_end/program.dart");
    [server, folder] = await Promise.all([startFixture(), mkdtemp(join(tmpdir(), "dart-"))]);
  });
  afterAll(async () => {
    await Promise.all([server.close(), rm(folder, { recursive: true })]);
  });

  async function write(name: string, size: number): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, contentOf(size));
    return path;
  }

  /** Runs the program to its end, or until it has printed a line after which it is killed. */
  async function run(order: object, isLast?: (line: Line) => boolean): Promise<readonly Line[]> {
    const token = tokenFor("alice");
    const full = JSON.stringify({ endpoint: server.url, token, command: "upload", ...order });
    const child = spawn(dart.command, [program, full]);
    const lines: Line[] = [];
    let rest = "";
    let errors = "";
    child.stderr.on("data", (data: Buffer) => {
      errors += data.toString();
    });
    child.stdout.on("data", (data: Buffer) => {
      const [last = "", ...complete] = (rest + data.toString()).split("\n").toReversed();
      rest = last;
      const read = complete.toReversed().map((text) => JSON.parse(text) as Line);
      lines.push(...read);
      if (isLast && read.some(isLast)) child.kill("SIGKILL");
    });
    await new Promise((resolve) => {
      child.on("close", resolve);
    });
    expect(errors).toBe("");
    return lines;
  }

  const resultOf = (lines: readonly Line[]) => {
    const found = lines.find(({ result, failure }) => result ?? failure);
    expect(found).toHaveProperty("result");
    return found?.result ?? {};
  };

  async function expectStored(key: unknown, size: number): Promise<void> {
    const stored = await server.read(String(key));
    expect(Buffer.compare(stored?.bytes ?? new Uint8Array(), contentOf(size))).toBe(0);
  }

  async function listUploads(user: string): Promise<readonly Stored[]> {
    const { body } = await call(server, tokenFor(user), "GET", "/v1/uploads");
    return body["uploads"] as readonly Stored[];
  }

  async function withProxy<T>(
    faultOf: Parameters<typeof startProxy>[0],
    work: (proxy: Proxy) => Promise<T>,
  ): Promise<T> {
    const proxy = await startProxy(faultOf);
    try {
      return await work(proxy);
    } finally {
      await proxy.close();
    }
  }

  describe("the Dart client", () => {
    it("stores a file with one PUT, its type by the extension and its name composed", async () => {
      const path = await write("여행 사진.HEIC".normalize("NFD"), 60_000);
      const metadata = { album: "제주" };
      const lines = await run({ path, policy: "document", metadata });
      const result = resultOf(lines);
      expect(result).toMatchObject({ size: 60_000, contentType: "image/heic", metadata });
      expect(result["key"]).toMatch(/^documents\/alice\/[\w-]+\/여행 사진\.HEIC$/);
      expect(String(result["receipt"]).split(".")).toHaveLength(3);
      await expectStored(result["key"], 60_000);
      expect(lines.map(({ state }) => state)).toContain("success");
    });

    it("stores a large file in parts", async () => {
      const path = await write("a.mp4", LARGE);
      const lines = await run({ path, policy: "video" });
      await expectStored(resultOf(lines)["key"], LARGE);
      expect(lines).toContainEqual({ state: "success", bytes: LARGE });
    });

    it("sends only the missing parts after its process was killed", async () => {
      const path = await write("b.mp4", LARGE);
      const state = join(folder, "state.json");
      const order = { path, policy: "video", state, resumeKey: "b", concurrency: 1 };
      const slow = { ...order, chunkDelayMs: 5 };
      const killed = await run(slow, ({ bytes = 0 }) => bytes > 9 * MiB);
      expect(killed.some(({ result, failure }) => result ?? failure)).toBe(false);
      await withProxy(undefined, async ({ address, seen }) => {
        const lines = await run({ ...order, proxy: address });
        await expectStored(resultOf(lines)["key"], LARGE);
        const parts = seen.filter((line) => line.startsWith("PUT "));
        expect(parts.map((line) => /partNumber=(\d+)/.exec(line)?.[1])).toEqual(["2", "3"]);
        expect(seen).not.toContain("POST /v1/uploads");
        expect(lines.find(({ bytes = 0 }) => bytes > 0)?.bytes).toBe(8 * MiB);
      });
    });

    it("keeps what is stored in a pause, and continues with new tickets after theirs expired", async () => {
      const path = await write("c.mp4", LARGE);
      const pause = { pauseFrom: 9 * MiB, pauseMs: 4500, chunkDelayMs: 2, concurrency: 1 };
      const lines = await run({ path, policy: "clip", ...pause });
      await expectStored(resultOf(lines)["key"], LARGE);
      const paused = lines.find(({ state }) => state === "paused");
      expect(paused?.bytes).toBe(8 * MiB);
    });

    it("replaces the ticket of one PUT that expired in a pause", async () => {
      const path = await write("d.mp4", MiB);
      const pause = { pauseFrom: 100_000, pauseMs: 4500, chunkDelayMs: 20 };
      const lines = await run({ path, policy: "clip", ...pause });
      await expectStored(resultOf(lines)["key"], MiB);
      expect(lines.find(({ state }) => state === "paused")?.bytes).toBe(0);
    });

    it("asks for one ticket for each file of a queue that takes longer than they are valid", async () => {
      const names = Array.from({ length: 16 }, (_, index) => `queue-${index}.mp4`);
      const paths = await Promise.all(names.map(async (name) => write(name, 50_000)));
      const slowly = (line: string) => (line.startsWith("PUT ") ? 1500 : undefined);
      await withProxy(slowly, async ({ address, seen }) => {
        const lines = await run({ command: "queue", paths, policy: "clip", proxy: address });
        const result = resultOf(lines);
        expect(result).toMatchObject({ succeeded: 16, failed: 0, bytes: 16 * 50_000 });
        for (const key of result["keys"] as readonly string[]) await expectStored(key, 50_000);
        expect(seen.filter((line) => line === "POST /v1/uploads")).toHaveLength(16);
      });
    });

    it("leaves nothing behind when it is cancelled", async () => {
      const path = await write("e.mp4", LARGE);
      const order = { path, policy: "clip", cancelFrom: 9 * MiB, concurrency: 1, chunkDelayMs: 2 };
      const lines = await run(order);
      expect(lines.map(({ failure }) => failure)).toContain("cancelled");
      expect(lines.map(({ state }) => state)).toContain("canceled");
      const [{ status, key } = { status: "", key: "" }] = await listUploads("alice");
      expect(status).toBe("aborted");
      expect(await server.read(key)).toBeUndefined();
    });

    it.for([
      ["a type", { policy: "clip", contentType: "text/plain" }, "type-not-allowed", 415],
      [
        "a size",
        { policy: "album", contentType: "image/png", filename: "a.png" },
        "too-large",
        413,
      ],
      ["a policy", { policy: "none" }, "policy-not-found", 404],
    ] as const)("says why the service refuses %s", async ([, order, failure, status]) => {
      const path = await write("f.mp4", 2 * MiB);
      const lines = await run({ path, ...order });
      expect(lines.find((line) => line.failure)).toMatchObject({ failure, status });
    });

    it("is refused by the store if it sends anything but what was signed", async () => {
      const path = join(folder, "g.txt");
      await writeFile(path, "hello");
      const order = { command: "careless", path, policy: "document", filename: "g.txt" };
      const result = resultOf(await run({ ...order, contentType: "text/plain" }));
      expect(refusals([403])).toContain(result["charset"]);
      expect(refusals([403, 411])).toContain(result["chunked"]);
    });
  });

  describe("the Dart client on a connection that drops", () => {
    it("sends one PUT again that broke off", async () => {
      const path = await write("h.bin", MiB);
      const firstPut = (line: string, count: number) =>
        line.startsWith("PUT ") && count === 1 ? "cut" : undefined;
      await withProxy(firstPut, async ({ address, seen }) => {
        const lines = await run({ path, policy: "document", proxy: address });
        await expectStored(resultOf(lines)["key"], MiB);
        expect(seen.filter((line) => line.startsWith("PUT "))).toHaveLength(2);
        expect(seen.filter((line) => line === "POST /v1/uploads")).toHaveLength(1);
      });
    });

    it("takes a file for stored if the answer was lost", async () => {
      const path = await write("i.bin", MiB);
      const answers = (line: string, count: number) =>
        count === 1 && /^PUT |complete$/.test(line) ? "lose" : undefined;
      await withProxy(answers, async ({ address }) => {
        const lines = await run({ path, policy: "document", proxy: address });
        await expectStored(resultOf(lines)["key"], MiB);
      });
    });

    it.for([
      ["one PUT", 50_000],
      ["parts", LARGE],
    ] as const)(
      "reserves nothing twice if the answer with the ticket was lost: %s",
      async ([, size]) => {
        const path = await write("l.mp4", size);
        const earlier = await listUploads("bob");
        const firstTicket = (line: string, count: number) =>
          line === "POST /v1/uploads" && count === 1 ? "lose" : undefined;
        await withProxy(firstTicket, async ({ address, seen }) => {
          const token = tokenFor("bob");
          const lines = await run({ path, policy: "clip", token, proxy: address });
          const { key } = resultOf(lines);
          await expectStored(key, size);
          expect(seen.filter((line) => line === "POST /v1/uploads")).toHaveLength(2);
          const uploads = await listUploads("bob");
          expect(uploads).toHaveLength(earlier.length + 1);
          expect(uploads[0]).toMatchObject({ status: "completed", key });
        });
      },
    );

    it("gets another upload if the ticket whose answer was lost has expired since", async () => {
      const path = await write("m.mp4", 50_000);
      const earlier = await listUploads("carol");
      const lostForLong = (line: string, count: number) => {
        if (line !== "POST /v1/uploads" || count > 2) return undefined;
        return count === 1 ? "lose" : 5000;
      };
      await withProxy(lostForLong, async ({ address, seen }) => {
        const token = tokenFor("carol");
        const lines = await run({ path, policy: "clip", token, proxy: address });
        const { key } = resultOf(lines);
        await expectStored(key, 50_000);
        expect(seen.filter((line) => line === "POST /v1/uploads")).toHaveLength(3);
        const uploads = await listUploads("carol");
        expect(uploads).toHaveLength(earlier.length + 2);
        expect(uploads[0]).toMatchObject({ status: "completed", key });
      });
    });

    it("sends a part again that broke off, and no other", async () => {
      const path = await write("j.mp4", LARGE);
      let cuts = 0;
      const secondPart = (line: string) =>
        /partNumber=2\b/.test(line) && (cuts += 1) === 1 ? "cut" : undefined;
      await withProxy(secondPart, async ({ address, seen }) => {
        const lines = await run({ path, policy: "video", proxy: address });
        await expectStored(resultOf(lines)["key"], LARGE);
        expect(seen.filter((line) => line.startsWith("PUT "))).toHaveLength(4);
      });
    });
  });

  describe("the plan of a background upload", () => {
    it.for([
      ["one PUT", { policy: "document", filename: "a.txt", contentType: "text/plain" }, 1000, 1],
      ["parts", { policy: "video", filename: "a.mp4", contentType: "video/mp4" }, LARGE, 3],
    ] as const)(
      "is stored as background_downloader sends it: %s",
      async ([, order, size, tasks]) => {
        const path = await write("k.bin", size);
        const result = resultOf(await run({ command: "background", path, ...order }));
        expect(result).toMatchObject({ size, tasks, contentType: order.contentType });
        await expectStored(result["key"], size);
      },
    );
  });
});
