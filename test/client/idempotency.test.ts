import { describe, expect, it } from "vitest";
import { createQueue } from "../../client/web/src/index.ts";
import type { FakeServer } from "./fake-server.ts";
import { failureOf, fileOf, start } from "./client.ts";
import { untilIdle } from "./queued.ts";
import { loseAnswer, vector, type Reaction } from "./reactions.ts";
import { bodyOf } from "./vectors.ts";

const keysOf = ({ seen }: FakeServer, step: string) =>
  seen.filter((one) => one.step === step).map(({ headers }) => headers["idempotency-key"]);

const expired = vector("problem-upload-expired");
/** Answers each item of a batch with `upload-expired`. */
const answerExpired: Reaction = ({ response, seen }) => {
  const uploads = seen.body["uploads"] as readonly unknown[];
  const result = { status: 410, problem: bodyOf("problem-upload-expired") };
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ results: uploads.map(() => result) }));
};

describe("the Idempotency-Key of a client", () => {
  it("is the same when a request is sent again, as its answer was lost", async () => {
    const { server, uploader } = await start();
    server.on("ticket", loseAnswer);
    await uploader.upload(fileOf(1000));
    const [first, second] = keysOf(server, "ticket");
    expect(first).toMatch(/^"[\da-f]{32}"$/);
    expect(second).toBe(first);
  });

  it("is another one for each upload, whatever the random numbers of the pauses are", async () => {
    const { server, uploader } = await start();
    await uploader.upload(fileOf(1000));
    await uploader.upload(fileOf(1000));
    expect(new Set(keysOf(server, "ticket")).size).toBe(2);
  });

  it("is the same for a batch that is sent again", async () => {
    const { server, uploader } = await start();
    server.on("tickets", loseAnswer);
    const queue = createQueue(uploader);
    queue.add([fileOf(1000), fileOf(1001)]);
    await untilIdle(queue);
    const [first, second] = keysOf(server, "tickets");
    expect(first).toMatch(/^".+"$/);
    expect(second).toBe(first);
  });

  it("is another one after the tickets of a lost answer have expired", async () => {
    const { server, uploader } = await start();
    server.on("ticket", loseAnswer, expired);
    await uploader.upload(fileOf(1000));
    const [first, second, third] = keysOf(server, "ticket");
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it("is renewed once", async () => {
    const { server, uploader } = await start();
    server.on("ticket", expired, expired);
    expect(await failureOf(uploader.upload(fileOf(1000)))).toMatchObject({
      code: "upload-expired",
    });
    expect(server.count("ticket")).toBe(2);
  });

  it("is another one for those of a batch whose tickets have expired", async () => {
    const { server, uploader } = await start();
    server.on("tickets", loseAnswer, answerExpired);
    const queue = createQueue(uploader);
    queue.add([fileOf(1000), fileOf(1001)]);
    await untilIdle(queue);
    expect(queue.snapshot.totals).toMatchObject({ completedFiles: 2, failedFiles: 0 });
    const [first, second, third] = keysOf(server, "tickets");
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it("is not sent where nothing is created", async () => {
    const { server, uploader } = await start();
    await uploader.upload(fileOf(1000));
    expect(keysOf(server, "complete")).toEqual([undefined]);
  });
});
