/** What is watched must not make a ticket wait: it is given in the same turn of the event loop, with or without a watcher. */
import { describe, expect, it } from "vitest";
import { composeWithSecrets } from "../../../src/compose-late.ts";
import { compileConfig } from "../../../src/config/compile.ts";
import { NO_LEDGER } from "../support/no-ledger.ts";
import { CONFIG, ENV, startWorker, tokenFor, type TestWorker } from "../support/start-worker.ts";

const PATH =
  "https://uploads.example.com/presigned-url?fileName=a.png&fileType=image/png&fileSize=5";

/** As many as before there was anything to watch. Whoever adds an `await` to the way of a ticket has to say why. */
const STEPS = 21;

interface Started {
  readonly worker: Pick<TestWorker["worker"], "fetch">;
}

/** A request of a known caller to a known store: nothing of it needs the network, or the clock. */
async function prepare({ worker }: Started): Promise<Request> {
  const headers = { authorization: `Bearer ${await tokenFor()}` };
  for (const _ of [1, 2]) await worker.fetch(new Request(PATH, { headers }));
  return new Request(PATH, { headers });
}

/** Returns after how many steps of the queue of microtasks the answer is there. What waits for anything else never is. */
async function stepsUntilAnswer(started: Started): Promise<number> {
  const request = await prepare(started);
  const statuses: number[] = [];
  void Promise.resolve(started.worker.fetch(request)).then(({ status }) => statuses.push(status));
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

/** The same Worker, whose secrets may be in the Secrets Store. */
function startLate(secrets: object): Started {
  const { dependencies } = start({}).worker;
  const env = { LEDGER: NO_LEDGER, ...ENV, ...secrets };
  return { worker: composeWithSecrets((read) => compileConfig(CONFIG, read), env, dependencies) };
}

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

  it("takes not one step more because a secret could be in the Secrets Store, or has been read", async () => {
    const off = await stepsUntilAnswer(start({}));
    expect(await stepsUntilAnswer(startLate({}))).toBe(off);
    const stored = { get: async () => Promise.resolve(ENV.AUTH_SECRET) };
    expect(await stepsUntilAnswer(startLate({ AUTH_SECRET: stored }))).toBe(off);
  });
});
