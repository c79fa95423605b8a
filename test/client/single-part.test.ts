import { describe, expect, it } from "vitest";
import type { Progress, Ticket } from "../../client/web/src/index.ts";
import { bytesOf, failureOf, fileOf, start } from "./client.ts";
import { dropAt, hold, loseAnswer, refuse, vector } from "./reactions.ts";

const SIZE = 300_000;

describe("a single-part upload", () => {
  it("is sent with exactly the headers of its ticket, and completed with its ETag", async () => {
    const { server, uploader } = await start();
    const completed = await uploader.upload(fileOf(SIZE));
    expect(server.objects.get(completed.key)?.equals(bytesOf(SIZE))).toBe(true);
    const { headers } = server.last("put");
    expect(headers).toMatchObject({ "x-ticket": "1", "content-length": String(SIZE) });
    expect(headers).not.toHaveProperty("authorization");
    expect(server.last("complete").body).toEqual({
      etag: expect.stringMatching(/^"[0-9a-f]{32}"$/) as string,
    });
    expect(server.count("abort")).toBe(0);
  });

  it("is sent again with the same ticket if the connection is closed halfway", async () => {
    const { server, uploader, pauses } = await start();
    server.on("put", dropAt(100_000));
    const seen: Progress[] = [];
    const upload = uploader.upload(fileOf(SIZE), { onProgress: (progress) => seen.push(progress) });
    const { key } = await upload;
    expect(server.objects.get(key)?.equals(bytesOf(SIZE))).toBe(true);
    expect(server.count("put")).toBe(2);
    expect(server.count("ticket")).toBe(1);
    expect(pauses).toEqual([500]);
    expect(seen.at(-1)).toEqual({ sentBytes: SIZE, totalBytes: SIZE });
  });

  it("is completed if it was stored and the answer was lost", async () => {
    const { server, uploader } = await start();
    server.on("put", loseAnswer);
    const completed = await uploader.upload(fileOf(SIZE));
    expect(completed.status).toBe("completed");
    expect(server.seen.map(({ step }) => step)).toEqual(["ticket", "put", "put", "complete"]);
    expect(server.last("complete").body).toEqual({});
  });

  it("is completed if it was stored and every answer of the store was lost", async () => {
    const { server, uploader, pauses } = await start();
    server.on("put", ...Array.from({ length: 6 }, () => loseAnswer));
    expect((await uploader.upload(fileOf(SIZE))).status).toBe("completed");
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000]);
    expect(server.count("complete")).toBe(1);
  });

  it("fails with the network error if it cannot be sent, and is aborted", async () => {
    const { server, uploader } = await start();
    server.on("put", ...Array.from({ length: 6 }, () => dropAt(1)));
    expect(await failureOf(uploader.upload(fileOf(SIZE)))).toMatchObject({ code: "network" });
    expect(server.last("abort").path).toBe("/v1/uploads/upload-1");
  });

  it("gets a new ticket if the first one expired before the PUT", async () => {
    const { server, uploader, moveClock } = await start();
    const tickets: Ticket[] = [];
    const { key } = await uploader.upload(fileOf(SIZE), {
      onTicket: (ticket) => {
        tickets.push(ticket);
        if (tickets.length === 1) moveClock(296);
      },
    });
    expect(key).toBe(tickets[1]?.key);
    expect(server.seen.map(({ step }) => step)).toEqual([
      "ticket",
      "abort",
      "ticket",
      "put",
      "complete",
    ]);
    expect(server.last("abort").path).toBe("/v1/uploads/upload-1");
  });

  it("gets a new ticket if the store answers that the first one expired", async () => {
    const { server, uploader } = await start();
    server.on("put", vector("store-expired"));
    const { key } = await uploader.upload(fileOf(SIZE));
    expect(key).toBe("photos/alice/upload-2");
    expect(server.seen.map(({ step }) => step)).toEqual([
      "ticket",
      "put",
      "abort",
      "ticket",
      "put",
      "complete",
    ]);
  });

  it("asks whether an earlier try was stored if the ticket has expired since", async () => {
    const { server, uploader, moveClock } = await start();
    server.on("put", async (exchange) => {
      await loseAnswer(exchange);
      moveClock(400);
    });
    expect((await uploader.upload(fileOf(SIZE))).key).toBe("photos/alice/upload-1");
    expect(server.seen.map(({ step }) => step)).toEqual(["ticket", "put", "complete"]);
  });

  it("gets a new ticket if the try before the expiry was not stored", async () => {
    const { server, uploader, moveClock } = await start();
    server.on("put", async (exchange) => {
      moveClock(400);
      await dropAt(10)(exchange);
    });
    server.on("complete", vector("problem-upload-expired"));
    expect((await uploader.upload(fileOf(SIZE))).key).toBe("photos/alice/upload-2");
  });

  it("fails if the store refuses every ticket", async () => {
    const { server, uploader } = await start();
    server.on("put", ...Array.from({ length: 3 }, () => vector("store-changed")));
    expect(await failureOf(uploader.upload(fileOf(SIZE)))).toMatchObject({
      code: "store-refused",
      status: 403,
      storeCode: "SignatureDoesNotMatch",
      detail: "The store answered 403 SignatureDoesNotMatch",
    });
    expect(server.count("put")).toBe(3);
    expect(server.count("abort")).toBe(3);
  });

  it("does not mistake another object for its own", async () => {
    const { server, uploader } = await start({ hasOneKey: true });
    server.objects.set("one-key", bytesOf(SIZE));
    expect(await failureOf(uploader.upload(fileOf(SIZE)))).toMatchObject({
      code: "already-exists",
      status: 412,
    });
    expect(server.count("complete")).toBe(0);
  });

  it.for([
    ["409 ConditionalRequestConflict", 409, "ConditionalRequestConflict"],
    ["400 RequestTimeout", 400, "RequestTimeout"],
    ["503 SlowDown", 503, "SlowDown"],
    ["500", 500, "InternalError"],
  ] as const)("is sent again after %s", async ([, status, code]) => {
    const { server, uploader } = await start();
    server.on("put", refuse(status, code));
    expect((await uploader.upload(fileOf(SIZE))).status).toBe("completed");
    expect(server.count("put")).toBe(2);
  });

  it("is not sent again after a permanent error, and is aborted", async () => {
    const { server, uploader } = await start();
    server.on("put", refuse(400, "BadDigest"));
    expect(await failureOf(uploader.upload(fileOf(SIZE)))).toMatchObject({
      code: "store-refused",
      storeCode: "BadDigest",
    });
    expect(server.seen.map(({ step }) => step)).toEqual(["ticket", "put", "abort"]);
  });

  it("is sent again if the service answers that nothing is stored", async () => {
    const { server, uploader } = await start();
    server.on("put", ({ response }) => void response.writeHead(200).end());
    expect((await uploader.upload(fileOf(SIZE))).status).toBe("completed");
    expect(server.seen.map(({ step }) => step)).toEqual([
      "ticket",
      "put",
      "complete",
      "put",
      "complete",
    ]);
  });

  it("fails if something else is stored than was granted", async () => {
    const { server, uploader } = await start();
    server.on("complete", vector("problem-verification-rejected"));
    expect(await failureOf(uploader.upload(fileOf(SIZE)))).toMatchObject({
      code: "verification-failed",
      upload: "rejected",
    });
  });

  it("stops during a pause, and is sent again after it", async () => {
    const { server, uploader } = await start();
    const held = hold();
    server.on("put", held.reaction);
    const phases: string[] = [];
    const upload = uploader.start(fileOf(SIZE), { onPhase: (phase) => phases.push(phase) });
    await held.arrived;
    upload.pause();
    expect(upload.isPaused).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.count("put")).toBe(1);
    upload.resume();
    expect((await upload.done).id).toBe(upload.id);
    expect(server.count("ticket")).toBe(1);
    expect(phases).toEqual(["preparing", "sending", "paused", "sending", "completing"]);
  });

  it("leaves nothing behind if it is aborted while it is being sent", async () => {
    const { server, uploader } = await start();
    const held = hold();
    server.on("put", held.reaction);
    const upload = uploader.start(fileOf(SIZE));
    await held.arrived;
    await upload.abort();
    expect(await failureOf(upload.done)).toMatchObject({ code: "aborted" });
    expect(server.seen.map(({ step }) => step)).toEqual(["ticket", "put", "abort"]);
    expect(server.objects.size).toBe(0);
  });

  it("leaves nothing behind if it is aborted after it was stored", async () => {
    const { server, uploader } = await start();
    const held = hold();
    server.on("complete", held.reaction);
    const upload = uploader.start(fileOf(SIZE));
    await held.arrived;
    await upload.abort();
    expect(server.last("remove").body).toEqual({
      policy: "document",
      key: "photos/alice/upload-1",
    });
  });

  it("leaves nothing behind if it is aborted while the ticket is requested", async () => {
    const { server, uploader } = await start();
    const held = hold();
    server.on("ticket", held.reaction);
    const controller = new AbortController();
    const done = uploader.upload(fileOf(SIZE), { signal: controller.signal });
    await held.arrived;
    controller.abort();
    held.release();
    expect(await failureOf(done)).toMatchObject({ code: "aborted" });
    await expect.poll(() => server.count("abort")).toBe(1);
    expect(server.count("put")).toBe(0);
  });

  it("sends no request if its signal was already aborted", async () => {
    const { server, uploader } = await start();
    const done = uploader.upload(fileOf(SIZE), { signal: AbortSignal.abort() });
    expect(await failureOf(done)).toMatchObject({ code: "aborted" });
    expect(server.seen).toEqual([]);
  });

  it("fails with a clear code if the file cannot be read any more", async () => {
    const { uploader } = await start(
      {},
      {
        fetch: async (input, init) => {
          if (init?.method === "PUT") throw new TypeError("Failed to fetch");
          return fetch(input, init);
        },
      },
    );
    const file = fileOf(SIZE);
    const lost = async () => Promise.reject(new DOMException("", "NotReadableError"));
    Object.assign(file, { slice: () => Object.assign(new Blob(), { arrayBuffer: lost }) });
    expect(await failureOf(uploader.upload(file))).toMatchObject({ code: "file-unreadable" });
  });
});
