import { describe, expect, it } from "vitest";
import { createQueue } from "../../client/web/src/index.ts";
import type { FakeServer } from "./fake-server.ts";
import { fileOf, start } from "./client.ts";
import { untilIdle } from "./queued.ts";
import { loseAnswer } from "./reactions.ts";

const random = { random: () => Math.random() };
const keysOf = ({ seen }: FakeServer, step: string) =>
  seen.filter((one) => one.step === step).map(({ headers }) => headers["idempotency-key"]);

describe("the Idempotency-Key of a client", () => {
  it("is the same when a request is sent again, as its answer was lost", async () => {
    const { server, uploader } = await start({}, random);
    server.on("ticket", loseAnswer);
    await uploader.upload(fileOf(1000));
    const [first, second] = keysOf(server, "ticket");
    expect(first).toMatch(/^"[\d.e-]{20,}"$/);
    expect(second).toBe(first);
  });

  it("is another one for each upload", async () => {
    const { server, uploader } = await start({}, random);
    await uploader.upload(fileOf(1000));
    await uploader.upload(fileOf(1000));
    expect(new Set(keysOf(server, "ticket")).size).toBe(2);
  });

  it("is the same for a batch that is sent again", async () => {
    const { server, uploader } = await start({}, random);
    server.on("tickets", loseAnswer);
    const queue = createQueue(uploader);
    queue.add([fileOf(1000), fileOf(1001)]);
    await untilIdle(queue);
    const [first, second] = keysOf(server, "tickets");
    expect(first).toMatch(/^".+"$/);
    expect(second).toBe(first);
  });

  it("is not sent where nothing is created", async () => {
    const { server, uploader } = await start({}, random);
    await uploader.upload(fileOf(1000));
    expect(keysOf(server, "complete")).toEqual([undefined]);
  });
});
