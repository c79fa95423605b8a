/** What is watched must not make a ticket wait: it is given in the same turn of the event loop, with or without a watcher. */
import { describe, expect, it } from "vitest";
import { CONFIG, ENV, startWorker, tokenFor, type TestWorker } from "../support/start-worker.ts";

const PATH =
  "https://uploads.example.com/presigned-url?fileName=a.png&fileType=image/png&fileSize=5";

/** As many as before there was anything to watch. Whoever adds an `await` to the way of a ticket has to say why. */
const STEPS = 21;

/** A request of a known caller to a known store: nothing of it needs the network, or the clock. */
async function prepare(worker: TestWorker): Promise<Request> {
  const headers = { authorization: `Bearer ${await tokenFor()}` };
  for (const _ of [1, 2]) await worker.worker.fetch(new Request(PATH, { headers }));
  return new Request(PATH, { headers });
}

/** Returns after how many steps of the queue of microtasks the answer is there. What waits for anything else never is. */
async function stepsUntilAnswer(worker: TestWorker): Promise<number> {
  const request = await prepare(worker);
  const statuses: number[] = [];
  void Promise.resolve(worker.worker.fetch(request)).then(({ status }) => statuses.push(status));
  let steps = 0;
  while (statuses.length === 0 && steps < 1000) {
    await Promise.resolve();
    steps += 1;
  }
  expect(statuses).toEqual([200]);
  return steps;
}

const start = (logging: object, options: Parameters<typeof startWorker>[0] = {}) =>
  startWorker({ config: { ...CONFIG, logging }, ...options });

/** Never answers, as nobody waits for it. */
const METRICS = { writeDataPoint: () => new Promise(() => undefined) };

describe("a ticket", () => {
  it("is given without any I/O, watched or not", async () => {
    expect(await stepsUntilAnswer(start({}))).toBeLessThan(1000);
    const options = { env: { ...ENV, METRICS } };
    const watched = start({ requests: "all", level: "debug" }, options);
    expect(await stepsUntilAnswer(watched)).toBeLessThan(1000);
  });

  it("is given without any I/O where an audit is told of it, and not one step later", async () => {
    const stuck = async () => new Promise<never>(() => undefined);
    const audited = startWorker({
      config: { ...CONFIG, audit: { queue: "AUDIT" } },
      env: { ...ENV, AUDIT: { sendBatch: stuck } },
    });
    expect(await stepsUntilAnswer(audited)).toBe(
      await stepsUntilAnswer(start({ requests: "all" })),
    );
  });

  it("takes not one step more where the line is off, or this request is not drawn", async () => {
    const off = await stepsUntilAnswer(start({}));
    const notDrawn = start({ requests: 0.1 }, { dependencies: { random: () => 0.9 } });
    expect(await stepsUntilAnswer(notDrawn)).toBe(off);
    expect(off).toBeLessThanOrEqual(STEPS);
  });
});
