/** What users meet on a slow line, at full size. `node test/slow-line/run.ts` measures the same beside Uppy 5. */
import { afterAll, beforeAll, describe, it } from "vitest";
import { startEnds, type Ends } from "../slow-line/line.ts";
import { RUNS } from "../slow-line/runs.ts";

/** 500 MB take 21 minutes at 400 kB/s. */
const TIMEOUT_MS = 30 * 60_000;
const MiB = 2 ** 20;
let ends: Ends;
beforeAll(async () => {
  ends = await startEnds();
}, 180_000);
afterAll(async () => ends.close());

// Each page has a line of its own, so that they wait at the same time.
describe.concurrent("the queue on a slow line", { timeout: TIMEOUT_MS }, () => {
  it.for([
    ["49 files", 49],
    ["500 files", 500],
  ] as const)("loses none of %s of 1 MB", async ([name, files], { expect }) => {
    const { lost, errors, tickets, requests } = await RUNS[name](ends, "queue");
    expect({ lost, errors }).toEqual({ lost: 0, errors: [] });
    expect(tickets).toBeLessThanOrEqual(files * 1.05);
    // Without batches there are two for each file.
    expect(requests).toBeLessThan(files * 1.5);
  });

  it("loses no file when the line is away for ten seconds", async ({ expect }) => {
    const { lost, errors } = await RUNS.offline(ends, "queue");
    expect({ lost, errors }).toEqual({ lost: 0, errors: [] });
  });

  it("shows what is stored after a pause, and sends little again", async ({ expect }) => {
    const { lost, shownAfter, storedAfter, sentAgain } = await RUNS.pause(ends, "queue");
    expect(lost).toBe(0);
    expect(shownAfter).toBeGreaterThanOrEqual(storedAfter);
    expect(sentAgain).toBeLessThan(11 * MiB);
  });

  it("sends little again when the page is loaded again", async ({ expect }) => {
    const { lost, sentAgain } = await RUNS.reload(ends, "queue");
    expect(lost).toBe(0);
    expect(sentAgain).toBeLessThan(11 * MiB);
  });
});
