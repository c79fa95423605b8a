import { describe, expect, it } from "vitest";
import { bytesOf, failureOf, fileOf, start } from "./client.ts";
import { dropAt, hold, loseAnswer, refuse, vector, type Reaction } from "./reactions.ts";
import { type FakeServer } from "./fake-server.ts";

const PARTS = { multipartFrom: 1, partSize: 1000 };
const partsSent = ({ seen }: FakeServer) =>
  seen
    .filter(({ step }) => step === "put")
    .map(({ path }) => Number(path.split(/[/?]/)[3]))
    .toSorted((a, b) => a - b);
const numbers = (count: number, from = 1) =>
  Array.from({ length: count }, (_, index) => index + from);
const batchesOf = ({ seen }: FakeServer) =>
  seen.filter(({ step }) => step === "sign").map(({ body }) => body["partNumbers"]);

describe("a multipart upload", () => {
  it("stores the file, and sends at most four parts at once", async () => {
    const { server, uploader } = await start(PARTS);
    const completed = await uploader.upload(fileOf(30_500));
    expect(server.objects.get(completed.key)?.equals(bytesOf(30_500))).toBe(true);
    expect(partsSent(server)).toEqual(numbers(31));
    expect(server.mostAtOnce()).toBeLessThanOrEqual(4);
  });

  it("sends two parts at once until the store has answered, and then four", async () => {
    const { server, uploader } = await start(PARTS);
    const held = numbers(6).map(() => hold());
    server.on("put", ...held.map(({ reaction }) => reaction));
    const upload = uploader.upload(fileOf(6000));
    await Promise.all(held.slice(0, 2).map(async ({ arrived }) => arrived));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.count("put")).toBe(2);
    held[0]?.release();
    await Promise.all(held.slice(2, 5).map(async ({ arrived }) => arrived));
    for (const { release } of held) release();
    await upload;
    expect(server.mostAtOnce()).toBe(4);
  });

  it("sends one part after the other on a slow line", async () => {
    const { server, uploader, moveClock } = await start(PARTS);
    const slow: Reaction = async ({ usual }) => {
      moveClock(10);
      await usual();
    };
    server.on("put", ...numbers(8).map(() => slow));
    let sending = 0;
    let most = 0;
    const upload = uploader.start(fileOf(8000), {
      onProgress: ({ sentBytes }) => {
        sending = server.count("put") - sentBytes / 1000;
        if (sentBytes > 2000) most = Math.max(most, sending);
      },
    });
    await upload.done;
    expect(most).toBeLessThanOrEqual(1);
  });

  it("sends at most four parts of several files at once", async () => {
    const { server, uploader } = await start(PARTS);
    await uploader.upload(fileOf(2000, "first.bin"));
    const held = numbers(12).map(() => hold());
    server.on("put", ...held.map(({ reaction }) => reaction));
    const names = ["a", "b", "c"];
    const uploads = names.map(async (name) => uploader.upload(fileOf(4000, name)));
    await Promise.all(held.slice(0, 4).map(async ({ arrived }) => arrived));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.count("put")).toBe(2 + 4);
    for (const { release } of held) release();
    await Promise.all(uploads);
  });

  it("looks at a ticket only when its part can be sent at once", async () => {
    const { server, uploader, moveClock } = await start(PARTS);
    await uploader.upload(fileOf(2000, "first.bin"));
    const held = numbers(4).map(() => hold());
    server.on("put", ...held.map(({ reaction }) => reaction));
    const first = uploader.upload(fileOf(4000, "a"));
    await Promise.all(held.map(async ({ arrived }) => arrived));
    const second = uploader.upload(fileOf(1000, "b"));
    await expect.poll(() => server.count("ticket")).toBe(3);
    moveClock(400);
    for (const { release } of held) release();
    await Promise.all([first, second]);
    const puts = server.seen.filter(({ path }) => path.startsWith("/store/upload-3/"));
    expect(puts).toHaveLength(1);
  });

  it("sends one part after the other with a concurrency of 1", async () => {
    const { server, uploader } = await start(PARTS);
    await uploader.upload(fileOf(5000), { concurrency: 1 });
    expect(server.mostAtOnce()).toBe(1);
  });

  it("requests further tickets in batches of 25", async () => {
    const { server, uploader } = await start(PARTS);
    const batchSizes: number[] = [];
    await uploader.upload(fileOf(60_000), {
      concurrency: 1,
      onPartTickets: (tickets) => batchSizes.push(tickets.length),
    });
    expect(batchesOf(server)).toEqual([numbers(25, 26), numbers(10, 51)]);
    expect(batchSizes).toEqual([25, 10]);
  });

  it("requests only as many tickets as the line uses before they expire", async () => {
    const { server, uploader, moveClock } = await start(PARTS);
    const slow: Reaction = async ({ usual }) => {
      await usual();
      moveClock(30);
    };
    server.on("put", ...numbers(30).map(() => slow));
    await uploader.upload(fileOf(30_000));
    const batches = batchesOf(server).map((batch) => (batch as readonly number[]).length);
    expect(Math.max(...batches)).toBe(4);
    expect(partsSent(server)).toEqual(numbers(30));
  });

  it("fails if the store refuses three tickets of a part in a row", async () => {
    const { server, uploader } = await start(PARTS);
    server.on("put", ...numbers(3).map(() => vector("store-changed")));
    expect(await failureOf(uploader.upload(fileOf(2000), { concurrency: 1 }))).toMatchObject({
      storeCode: "SignatureDoesNotMatch",
    });
    expect(server.count("put")).toBe(3);
  });

  it("sends a part again that was interrupted, and no other one", async () => {
    const { server, uploader, pauses } = await start(PARTS);
    server.on("put", dropAt(500));
    const completed = await uploader.upload(fileOf(4000), { concurrency: 1 });
    expect(server.objects.get(completed.key)?.equals(bytesOf(4000))).toBe(true);
    expect(partsSent(server)).toEqual([1, 1, 2, 3, 4]);
    expect(pauses).toEqual([500]);
  });

  it("requests a new ticket for a part whose ticket expired", async () => {
    const { server, uploader } = await start(PARTS);
    server.on("put", vector("store-expired"));
    await uploader.upload(fileOf(3000), { concurrency: 1 });
    expect(batchesOf(server)).toEqual([[1]]);
    expect(partsSent(server)).toEqual([1, 1, 2, 3]);
  });

  it("stops the other parts if one is refused", async () => {
    const { server, uploader } = await start(PARTS);
    server.on("put", refuse(400, "EntityTooLarge"));
    const error = await failureOf(uploader.upload(fileOf(40_000), { concurrency: 2 }));
    expect(error).toMatchObject({ code: "store-refused", storeCode: "EntityTooLarge" });
    expect(server.count("put")).toBeLessThan(5);
  });

  it("sends all ETags to the service, for a store that cannot list parts", async () => {
    const { server, uploader } = await start(PARTS);
    await uploader.upload(fileOf(2500));
    const { parts } = server.last("complete").body as { parts: readonly { etag: string }[] };
    expect(parts).toHaveLength(3);
    expect(parts.every(({ etag }) => /^"[0-9a-f]{32}"$/.test(etag))).toBe(true);
  });

  it("sends no ETags if the store does not expose them", async () => {
    const withoutEtag: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      if (init?.method !== "PUT") return response;
      return new Response(null, { status: response.status });
    };
    const { server, uploader } = await start(PARTS, { fetch: withoutEtag });
    await uploader.upload(fileOf(2500));
    expect(server.last("complete").body).toEqual({});
  });

  it("sends a part again that the store does not have", async () => {
    const { server, uploader } = await start({ ...PARTS, isListing: true });
    server.on("complete", ({ response }) => {
      server.uploads.get("upload-1")?.parts.delete(2);
      vector("problem-parts-missing")({ response });
    });
    const completed = await uploader.upload(fileOf(3000));
    expect(server.objects.get(completed.key)?.equals(bytesOf(3000))).toBe(true);
    expect(partsSent(server)).toEqual([1, 2, 2, 3]);
  });

  it("sends all parts again if one is missing and the store cannot list them", async () => {
    const { server, uploader } = await start(PARTS);
    server.on("complete", vector("problem-parts-missing"));
    await uploader.upload(fileOf(2000));
    expect(partsSent(server)).toEqual([1, 1, 2, 2]);
  });

  it("fails after three rounds with a missing part", async () => {
    const { server, uploader } = await start({ ...PARTS, isListing: true });
    server.on("complete", ...numbers(3).map(() => vector("problem-parts-missing")));
    const error = await failureOf(uploader.upload(fileOf(2000)));
    expect(error).toMatchObject({ code: "verification-failed", upload: "pending" });
    expect(server.count("complete")).toBe(3);
  });

  it("is completed again if the answer was lost", async () => {
    const { server, uploader } = await start(PARTS);
    server.on("complete", loseAnswer);
    expect((await uploader.upload(fileOf(2000))).status).toBe("completed");
    expect(server.count("complete")).toBe(2);
  });

  it("is aborted if another object has the key", async () => {
    const { server, uploader } = await start(PARTS);
    server.on("complete", vector("problem-already-exists"));
    expect(await failureOf(uploader.upload(fileOf(2000)))).toMatchObject({
      code: "already-exists",
    });
    expect(server.count("abort")).toBe(1);
  });

  it("continues after a pause without sending stored parts again", async () => {
    const { server, uploader } = await start(PARTS);
    const held = hold();
    server.on("put", ({ usual }) => usual(), held.reaction);
    const upload = uploader.start(fileOf(5000), { concurrency: 1 });
    await held.arrived;
    upload.pause();
    await new Promise((resolve) => setTimeout(resolve, 20));
    // Resumed and paused again at once: it stays paused.
    upload.resume();
    upload.pause();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(partsSent(server)).toEqual([1, 2]);
    upload.resume();
    expect((await upload.done).status).toBe("completed");
    expect(partsSent(server)).toEqual([1, 2, 2, 3, 4, 5]);
    expect(server.count("ticket")).toBe(1);
  });

  it("can be aborted during a pause", async () => {
    const { server, uploader } = await start(PARTS);
    const held = hold();
    server.on("put", held.reaction);
    const upload = uploader.start(fileOf(5000), { concurrency: 1 });
    await held.arrived;
    upload.pause();
    await upload.abort();
    expect(await failureOf(upload.done)).toMatchObject({ code: "aborted" });
    expect(server.last("abort").path).toBe("/v1/uploads/upload-1");
  });

  it("rejects the abort if the parts could not be deleted", async () => {
    const { server, uploader } = await start(PARTS);
    const held = hold();
    server.on("put", held.reaction);
    server.on("abort", vector("problem-already-completed"));
    const upload = uploader.start(fileOf(5000), { concurrency: 1 });
    await held.arrived;
    expect(await failureOf(upload.abort())).toMatchObject({ code: "already-completed" });
  });
});
