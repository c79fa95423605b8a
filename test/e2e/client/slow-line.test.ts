/** What users meet on a slow line, scaled down. At full size: test/slow/slow-line.test.ts. */
import { afterAll, beforeAll, describe, it } from "vitest";
import { startEnds, type Ends } from "../../slow-line/line.ts";
import { RUNS } from "../../slow-line/runs.ts";

let ends: Ends;
beforeAll(async () => {
  ends = await startEnds();
}, 180_000);
afterAll(async () => ends.close());

// Each page has a line of its own, so that they wait at the same time.
describe.concurrent("the queue on a slow line", () => {
  it("loses none of 60 files whose tickets end after 3 seconds, and asks for none twice", async ({
    expect,
  }) => {
    const { lost, errors, tickets, requests } = await RUNS["60 small files"](ends, "queue");
    expect({ lost, errors }).toEqual({ lost: 0, errors: [] });
    expect(tickets).toBeLessThanOrEqual(63);
    // Without batches there are two for each file.
    expect(requests).toBeLessThan(100);
  });

  // A PUT that hangs is given up after 60 seconds without progress.
  it(
    "loses no file when the line is away for longer than a ticket lives",
    {
      timeout: 150_000,
    },
    async ({ expect }) => {
      const { lost, errors } = await RUNS["offline, scaled"](ends, "queue");
      expect({ lost, errors }).toEqual({ lost: 0, errors: [] });
    },
  );

  it("shows what is stored after a pause, and sends little again", async ({ expect }) => {
    const measured = await RUNS["pause, scaled"](ends, "queue");
    const { lost, shownBefore, shownAfter, storedAfter, sentAgain } = measured;
    expect(lost).toBe(0);
    expect(shownAfter).toBeGreaterThanOrEqual(storedAfter);
    expect(shownAfter).toBeGreaterThan(shownBefore / 2);
    expect(sentAgain).toBeLessThan(shownBefore / 2);
  });

  it("sends little again when the page is loaded again", async ({ expect }) => {
    const { lost, shownBefore, sentAgain } = await RUNS["reload, scaled"](ends, "queue");
    expect(lost).toBe(0);
    expect(sentAgain).toBeLessThan(shownBefore / 2);
  });

  it.for(["closed port", "unknown host", "another server"] as const)(
    "says within three seconds that the endpoint is wrong: %s",
    async (name, { expect }) => {
      const { seconds, message } = await RUNS[name](ends, "queue");
      expect(message).toMatch(/endpoint/i);
      expect(seconds).toBeLessThan(3);
    },
  );
});
