import { describe, expect, it } from "vitest";
import { bytesOf, failureOf, fileOf, start } from "./client.ts";
import { dropAt, hold, loseAnswer, refuse, vector } from "./reactions.ts";
import { type ScriptedServer } from "./fake-server.ts";

const PARTS = { partsFrom: 1, partSize: 1000 };
const partsSent = ({ seen }: ScriptedServer) =>
  seen
    .filter(({ step }) => step === "put")
    .map(({ path }) => Number(path.split(/[/?]/)[3]))
    .toSorted((a, b) => a - b);
const numbers = (count: number, from = 1) =>
  Array.from({ length: count }, (_, index) => index + from);
const windowsOf = ({ seen }: ScriptedServer) =>
  seen.filter(({ step }) => step === "sign").map(({ body }) => body["partNumbers"]);

describe("a file in parts", () => {
  it("is put together of all of them, of which at most four travel at once", async () => {
    const { server, uploader } = await start(PARTS);
    const completed = await uploader.upload(fileOf(30_500));
    expect(server.objects.get(completed.key)?.equals(bytesOf(30_500))).toBe(true);
    expect(partsSent(server)).toEqual(numbers(31));
    expect(server.mostAtOnce()).toBeLessThanOrEqual(4);
  });

  it("has four parts under way where the line is slow", async () => {
    const { server, uploader } = await start(PARTS);
    const held = numbers(4).map(() => hold());
    server.on("put", ...held.map(({ reaction }) => reaction));
    const upload = uploader.upload(fileOf(6000));
    await Promise.all(held.map(async ({ arrived }) => arrived));
    for (const { letGo } of held) letGo();
    await upload;
    expect(server.mostAtOnce()).toBe(4);
  });

  it("travels part by part where it is told so", async () => {
    const { server, uploader } = await start(PARTS);
    await uploader.upload(fileOf(5000), { concurrency: 1 });
    expect(server.mostAtOnce()).toBe(1);
  });

  it("asks for further tickets in windows of 25", async () => {
    const { server, uploader } = await start(PARTS);
    const told: number[] = [];
    await uploader.upload(fileOf(60_000), {
      concurrency: 1,
      onPartTickets: (tickets) => told.push(tickets.length),
    });
    expect(windowsOf(server)).toEqual([numbers(25, 26), numbers(10, 51)]);
    expect(told).toEqual([25, 10]);
  });

  it("asks for fewer at once where they expire before it is their turn", async () => {
    const { server, uploader, moveClock } = await start(PARTS);
    let done = 0;
    await uploader.upload(fileOf(30_000), {
      concurrency: 2,
      onProgress: () => {
        done += 1;
        if (done === 4 || done === 8) moveClock(400);
      },
    });
    const windows = windowsOf(server).map((window) => (window as readonly number[]).length);
    expect(windows[0]).toBe(12);
    expect(windows[1]).toBe(6);
    expect([...new Set(partsSent(server))]).toEqual(numbers(30));
  });

  it("sends a part again that was cut off, and no other one", async () => {
    const { server, uploader, pauses } = await start(PARTS);
    server.on("put", dropAt(500));
    const completed = await uploader.upload(fileOf(4000), { concurrency: 1 });
    expect(server.objects.get(completed.key)?.equals(bytesOf(4000))).toBe(true);
    expect(partsSent(server)).toEqual([1, 1, 2, 3, 4]);
    expect(pauses).toEqual([500]);
  });

  it("asks for a new ticket of a part whose ticket expired", async () => {
    const { server, uploader } = await start(PARTS);
    server.on("put", vector("store-expired"));
    await uploader.upload(fileOf(3000), { concurrency: 1 });
    expect(windowsOf(server)).toEqual([[1]]);
    expect(partsSent(server)).toEqual([1, 1, 2, 3]);
  });

  it("ends the other parts where one is refused", async () => {
    const { server, uploader } = await start(PARTS);
    server.on("put", refuse(400, "EntityTooLarge"));
    const error = await failureOf(uploader.upload(fileOf(40_000), { concurrency: 2 }));
    expect(error).toMatchObject({ code: "store-refused", storeCode: "EntityTooLarge" });
    expect(server.count("put")).toBeLessThan(5);
  });

  it("names all its ETags to the service, which may have no list of its own", async () => {
    const { server, uploader } = await start(PARTS);
    await uploader.upload(fileOf(2500));
    const { parts } = server.last("complete").body as { parts: readonly { etag: string }[] };
    expect(parts).toHaveLength(3);
    expect(parts.every(({ etag }) => /^"[0-9a-f]{32}"$/.test(etag))).toBe(true);
  });

  it("names none where the store lets none be read", async () => {
    const withoutEtag: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      if (init?.method !== "PUT") return response;
      return new Response(null, { status: response.status });
    };
    const { server, uploader } = await start(PARTS, { fetch: withoutEtag });
    await uploader.upload(fileOf(2500));
    expect(server.last("complete").body).toEqual({});
  });

  it("sends what is missing where the store lacks a part", async () => {
    const { server, uploader } = await start({ ...PARTS, isListing: true });
    server.on("complete", ({ response }) => {
      server.uploads.get("upload-1")?.parts.delete(2);
      vector("problem-parts-missing")({ response });
    });
    const completed = await uploader.upload(fileOf(3000));
    expect(server.objects.get(completed.key)?.equals(bytesOf(3000))).toBe(true);
    expect(partsSent(server)).toEqual([1, 2, 2, 3]);
  });

  it("sends all again where the store lacks one and does not tell which", async () => {
    const { server, uploader } = await start(PARTS);
    server.on("complete", vector("problem-parts-missing"));
    await uploader.upload(fileOf(2000));
    expect(partsSent(server)).toEqual([1, 1, 2, 2]);
  });

  it("fails in the end where it is never complete", async () => {
    const { server, uploader } = await start({ ...PARTS, isListing: true });
    server.on("complete", ...numbers(3).map(() => vector("problem-parts-missing")));
    const error = await failureOf(uploader.upload(fileOf(2000)));
    expect(error).toMatchObject({ code: "verification-failed", upload: "pending" });
    expect(server.count("complete")).toBe(3);
  });

  it("is completed once, also where that answer was lost", async () => {
    const { server, uploader } = await start(PARTS);
    server.on("complete", loseAnswer);
    expect((await uploader.upload(fileOf(2000))).status).toBe("completed");
    expect(server.count("complete")).toBe(2);
  });

  it("gives the parts back where another object has the key", async () => {
    const { server, uploader } = await start(PARTS);
    server.on("complete", vector("problem-already-exists"));
    expect(await failureOf(uploader.upload(fileOf(2000)))).toMatchObject({
      code: "already-exists",
    });
    expect(server.count("abort")).toBe(1);
  });

  it("goes on after a pause without sending again what has arrived", async () => {
    const { server, uploader } = await start(PARTS);
    const held = hold();
    server.on("put", ({ usual }) => usual(), held.reaction);
    const upload = uploader.start(fileOf(5000), { concurrency: 1 });
    await held.arrived;
    upload.pause();
    await new Promise((resolve) => setTimeout(resolve, 20));
    // A finger that is too quick: it is paused in the end.
    upload.resume();
    upload.pause();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(partsSent(server)).toEqual([1, 2]);
    upload.resume();
    expect((await upload.done).status).toBe("completed");
    expect(partsSent(server)).toEqual([1, 2, 2, 3, 4, 5]);
    expect(server.count("ticket")).toBe(1);
  });

  it("is aborted also during a pause", async () => {
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

  it("says so where what is left could not be taken away", async () => {
    const { server, uploader } = await start(PARTS);
    const held = hold();
    server.on("put", held.reaction);
    server.on("abort", vector("problem-already-completed"));
    const upload = uploader.start(fileOf(5000), { concurrency: 1 });
    await held.arrived;
    expect(await failureOf(upload.abort())).toMatchObject({ code: "already-completed" });
  });
});
