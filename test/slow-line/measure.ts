/** The measurements: each opens a line, does what a user would, and returns plain numbers. */
import { setTimeout as wait } from "node:timers/promises";
import { openLine, type ClientName, type Ends, type Line, type LineOptions } from "./line.ts";

export interface ManyFiles extends LineOptions {
  readonly files: number;
  readonly fileBytes: number;
  /** The line is away for that long, after three tenths of the time that the files need. */
  readonly offlineSeconds?: number;
}

export interface ManyFilesResult {
  readonly lost: number;
  readonly tickets: number;
  readonly seconds: number;
  readonly requests: number;
  /** Bytes that arrived at the store, of these files and again. */
  readonly putBytes: number;
  readonly puts: Readonly<Record<number, number>>;
  /** Each message of a failure once. */
  readonly errors: readonly string[];
}

/** Uploads many files at once. A file is lost if the client failed it, or if the store does not have it. */
export async function measureManyFiles(
  ends: Ends,
  { files, fileBytes, offlineSeconds, ...options }: ManyFiles,
): Promise<ManyFilesResult> {
  return withLine(ends, options, async (line) => {
    const startedAt = performance.now();
    await line.start(files, fileBytes);
    if (offlineSeconds !== undefined) {
      // In the middle of files, however many are sent at once.
      await wait(0.3 * ((files * fileBytes * 1000) / options.bytesPerSecond));
      await line.setOffline(true);
      await wait(offlineSeconds * 1000);
      await line.setOffline(false);
    }
    const { keys, errors } = await line.finish();
    const seconds = (performance.now() - startedAt) / 1000;
    const counts = line.readCounts();
    const stored = await line.countStored(keys, fileBytes);
    return { lost: files - stored, seconds, errors: [...new Set(errors)], ...counts };
  });
}

export interface Interruption extends LineOptions {
  readonly fileBytes: number;
  /** The upload is interrupted when the client shows that many bytes. */
  readonly untilBytes: number;
  readonly by: "pause" | "reload";
}

export interface InterruptionResult {
  /** What the client showed just before. */
  readonly shownBefore: number;
  /** What it shows afterwards: five seconds after a pause, or when it has started again after a reload. */
  readonly shownAfter: number;
  /** What the store had then. */
  readonly storedAfter: number;
  /** Bytes that arrived at the store beyond those of the file. */
  readonly sentAgain: number;
  readonly lost: number;
  readonly errors: readonly string[];
}

/** Interrupts the upload of one large file, and continues it. */
export async function measureInterruption(
  ends: Ends,
  { fileBytes, untilBytes, by, ...options }: Interruption,
): Promise<InterruptionResult> {
  return withLine(ends, options, async (line) => {
    await line.start(1, fileBytes);
    let shownBefore = 0;
    while (shownBefore < untilBytes) {
      await wait(100);
      shownBefore = await line.readSentBytes();
    }
    await INTERRUPT[by](line, fileBytes);
    const shownAfter = await line.readSentBytes();
    const { storedBytes: storedAfter } = line.readCounts();
    if (by === "pause") await line.resume();
    const { keys, errors } = await line.finish();
    const { putBytes } = line.readCounts();
    const lost = 1 - (await line.countStored(keys, fileBytes));
    const sentAgain = putBytes - fileBytes;
    return { shownBefore, shownAfter, storedAfter, sentAgain, lost, errors };
  });
}

/** Longer than what is nearly done needs to finish. */
const SETTLE_MS = 5000;

const INTERRUPT = {
  async pause(line: Line) {
    await line.pause();
    await wait(SETTLE_MS);
  },
  async reload(line: Line, fileBytes: number) {
    await line.reload();
    await line.start(1, fileBytes);
    await wait(1000);
  },
} as const;

export interface WrongEndpointResult {
  readonly seconds: number;
  readonly message: string;
}

/** Returns how long it takes until a wrong endpoint is reported, and the message. */
export async function measureWrongEndpoint(
  ends: Ends,
  client: ClientName,
  endpoint: string,
): Promise<WrongEndpointResult> {
  const options = { client, ticketSeconds: 20, bytesPerSecond: 400_000 } as const;
  return withLine(ends, options, async (line) => {
    const startedAt = performance.now();
    await line.start(1, 1000, endpoint);
    const { errors } = await line.finish();
    return { seconds: (performance.now() - startedAt) / 1000, message: errors.join() };
  });
}

async function withLine<T>(
  ends: Ends,
  options: LineOptions,
  measure: (line: Line) => Promise<T>,
): Promise<T> {
  const line = await openLine(ends, options);
  try {
    return await measure(line);
  } finally {
    await line.close();
  }
}
