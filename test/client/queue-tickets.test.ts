import { describe, expect, it } from "vitest";
import { createQueue } from "../../client/web/src/index.ts";
import { filesOf, startQueue, untilIdle } from "./queued.ts";

describe("the tickets of a queue", () => {
  it("are used in time: 60 files of 50 kB at 100 kB/s, with tickets of 3 seconds", async () => {
    const { line, queue } = startQueue({ bytesPerSecond: 100_000, ticketSeconds: 3 });
    queue.add(filesOf(60, 50_000));
    await line.run(untilIdle(queue));
    expect(queue.snapshot.totals).toMatchObject({ completedFiles: 60, failedFiles: 0 });
    expect(line.counts.tickets).toBeLessThanOrEqual(63);
  });

  it("are used in time: 500 files of 1 MB at 400 kB/s, with tickets of 20 seconds", async () => {
    const { line, queue } = startQueue({ bytesPerSecond: 400_000, ticketSeconds: 20 });
    queue.add(filesOf(500, 1_000_000));
    await line.run(untilIdle(queue));
    expect(queue.snapshot.totals).toMatchObject({ completedFiles: 500, failedFiles: 0 });
    expect(line.counts.tickets).toBeLessThanOrEqual(525);
  });

  it("are used in time on a line that becomes four times as slow, and fast again", async () => {
    const { line, queue } = startQueue({ bytesPerSecond: 400_000, ticketSeconds: 20 });
    queue.add(filesOf(300, 200_000));
    queue.on("completed", () => {
      const { completedFiles } = queue.snapshot.totals;
      if (completedFiles === 100) line.setSpeed(100_000);
      if (completedFiles === 200) line.setSpeed(800_000);
    });
    await line.run(untilIdle(queue));
    expect(queue.snapshot.totals).toMatchObject({ completedFiles: 300, failedFiles: 0 });
    expect(line.counts.tickets).toBeLessThanOrEqual(315);
  });

  it("are replaced if they ended while the queue was paused, and no file fails", async () => {
    const { line, queue } = startQueue({ bytesPerSecond: 1_000_000, ticketSeconds: 20 });
    queue.add(filesOf(100, 50_000));
    const stop = queue.on("completed", () => {
      stop();
      queue.pause();
    });
    await line.run(line.wait(300_000));
    expect(queue.snapshot.isPaused).toBe(true);
    queue.resume();
    await line.run(untilIdle(queue));
    expect(queue.snapshot.totals).toMatchObject({ completedFiles: 100, failedFiles: 0 });
    expect(line.counts.refusedPuts).toBe(0);
  });

  it("are used four at a time, also beside uploads that the queue does not know of", async () => {
    const { line, queue, uploader } = startQueue({ bytesPerSecond: 400_000, ticketSeconds: 20 });
    queue.add(filesOf(20, 200_000));
    const others = filesOf(20, 200_000).map(async (file) => uploader.upload(file));
    await line.run(Promise.all([...others, untilIdle(queue)]));
    expect(queue.snapshot.totals).toMatchObject({ completedFiles: 20, failedFiles: 0 });
    expect(line.counts.mostPutsAtOnce).toBe(4);
  });

  it("do not begin during a pause of the queue, although they waited for uploads beside it", async () => {
    const { line, uploader, queue } = startQueue({ bytesPerSecond: 200_000 });
    const beside = filesOf(4, 200_000).map((file) => uploader.start(file));
    await line.run(line.wait(1000));
    queue.add(filesOf(4, 50_000));
    await line.run(line.wait(1000));
    queue.pause();
    await line.run(Promise.all(beside.map(async ({ done }) => done)));
    await line.run(line.wait(10_000));
    expect(queue.snapshot.totals).toMatchObject({ completedFiles: 0, sentBytes: 0 });
    queue.resume();
    await line.run(untilIdle(queue));
    expect(queue.snapshot.totals).toMatchObject({ completedFiles: 4, failedFiles: 0 });
  });

  it("are not requested for a file that waits, before the speed of the line is known", async () => {
    const { line, queue } = startQueue({ bytesPerSecond: 100_000 });
    queue.add(filesOf(50, 100_000));
    await line.run(line.wait(1000));
    expect(line.counts.tickets).toBe(4);
  });
});

describe("the requests of a queue", () => {
  it("are few: 500 small files meet no limit of 120 a minute", async () => {
    const { line, queue } = startQueue({ bytesPerSecond: 10_000_000, requestsPerMinute: 120 });
    queue.add(filesOf(500, 50_000));
    await line.run(untilIdle(queue));
    expect(queue.snapshot.totals).toMatchObject({ completedFiles: 500, failedFiles: 0 });
    expect(line.counts.limited).toBe(0);
    expect(line.counts.requests).toBeLessThan(60);
  });

  it("all wait after a 429 for as long as it says, and no file fails", async () => {
    const { line, queue } = startQueue({ bytesPerSecond: 1_000_000, requestsPerMinute: 5 });
    queue.add(filesOf(300, 50_000));
    await line.run(untilIdle(queue));
    expect(queue.snapshot.totals).toMatchObject({ completedFiles: 300, failedFiles: 0 });
    // A request of each kind may be on its way when the first 429 comes.
    expect(line.counts.limited).toBeLessThanOrEqual(line.counts.requests / 5 + 10);
  });

  it("wait too if a 429 says to wait for longer than a single upload would", async () => {
    const settings = { requestsPerMinute: 3, retryAfterSeconds: 180 };
    const { line, queue } = startQueue({ bytesPerSecond: 1_000_000, ...settings });
    queue.add(filesOf(100, 50_000));
    await line.run(untilIdle(queue));
    expect(queue.snapshot.totals).toMatchObject({ completedFiles: 100, failedFiles: 0 });
    expect(line.counts.limited).toBeLessThanOrEqual(line.counts.requests / 2);
  });

  it("are sent again after items of a batch were refused with 429, and no file fails", async () => {
    const { line, queue } = startQueue({ bytesPerSecond: 10_000_000, itemsPerMinute: 120 });
    const from = line.now();
    queue.add(filesOf(500, 50_000));
    await line.run(untilIdle(queue));
    expect(queue.snapshot.totals).toMatchObject({ completedFiles: 500, failedFiles: 0 });
    // 500 files at 120 a minute.
    expect((line.now() - from) / 1000).toBeLessThan(330);
    expect(line.counts.requests).toBeLessThan(120);
  });

  it("wait for room in a quota of pending uploads, and no longer", async () => {
    const { line, queue } = startQueue({ bytesPerSecond: 1_000_000, maxPending: 3 });
    const from = line.now();
    queue.add(filesOf(30, 50_000));
    await line.run(untilIdle(queue));
    expect(queue.snapshot.totals).toMatchObject({ completedFiles: 30, failedFiles: 0 });
    // The service says to wait a minute; a file that is completed leaves room at once.
    expect((line.now() - from) / 1000).toBeLessThan(60);
  });

  it("abort the upload of a file that was cancelled while its ticket was on its way", async () => {
    const { line, queue } = startQueue({ bytesPerSecond: 1_000_000, latencyMs: 1000 });
    const [item] = queue.add(filesOf(1, 50_000));
    await line.run(line.wait(500));
    await line.run(queue.cancel(item?.id ?? ""));
    expect(queue.snapshot.items[0]?.state).toBe("aborted");
    expect(line.counts).toMatchObject({ tickets: 1, aborts: 1 });
  });

  it("complete one by one at a service without the route for several", async () => {
    const { line, queue } = startQueue({ bytesPerSecond: 1_000_000, hasBatchCompletion: false });
    queue.add(filesOf(60, 50_000));
    await line.run(untilIdle(queue));
    expect(queue.snapshot.totals).toMatchObject({ completedFiles: 60, failedFiles: 0 });
    expect(line.counts.requests).toBeLessThan(80);
  });
});

describe("the PUTs of a queue", () => {
  it("are at most four at once, so that none waits behind a browser's six connections", async () => {
    const { line, queue } = startQueue({ bytesPerSecond: 200_000 });
    queue.add(filesOf(20, 50_000));
    await line.run(untilIdle(queue));
    expect(line.counts.mostPutsAtOnce).toBe(4);
  });

  it("are at most as many at once as the concurrency of the queue", async () => {
    const { line, uploader } = startQueue({ bytesPerSecond: 200_000 });
    const queue = createQueue(uploader, { concurrency: 2 });
    queue.add(filesOf(20, 50_000));
    await line.run(untilIdle(queue));
    expect(line.counts.mostPutsAtOnce).toBe(2);
  });
});

describe("the totals of a queue", () => {
  it("tell the speed and the time that is left", async () => {
    const { line, queue } = startQueue({ bytesPerSecond: 200_000 });
    queue.add(filesOf(100, 100_000));
    expect(queue.snapshot.totals).toMatchObject({ bytesPerSecond: 0, secondsLeft: undefined });
    await line.run(line.wait(25_000));
    queue.pause("100");
    const { bytesPerSecond, secondsLeft, sentBytes, totalBytes } = queue.snapshot.totals;
    expect(bytesPerSecond).toBeGreaterThan(150_000);
    expect(bytesPerSecond).toBeLessThan(250_000);
    expect(secondsLeft).toBeCloseTo((totalBytes - sentBytes) / bytesPerSecond);
  });
});
