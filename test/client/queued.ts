/** A queue behind a slow line. */
import {
  createQueue,
  createUploader,
  type Queue,
  type Uploader,
} from "../../client/web/src/index.ts";
import { createSlowLine, type LineSettings, type SlowLine } from "./slow-line.ts";

interface Queued {
  readonly line: SlowLine;
  readonly uploader: Uploader;
  readonly queue: Queue;
}

export function startQueue(settings: LineSettings): Queued {
  const line = createSlowLine(settings);
  const endpoint = "http://service.test";
  const uploader = createUploader({ endpoint, getToken: () => "token", ...line });
  return { line, uploader, queue: createQueue(uploader) };
}

export async function untilIdle(queue: Queue): Promise<void> {
  return new Promise((resolve) => {
    const stop = queue.on("idle", () => {
      stop();
      resolve();
    });
  });
}

export function filesOf(count: number, bytes: number): readonly File[] {
  const content = new Blob([new Uint8Array(bytes)]);
  return Array.from({ length: count }, (_, index) => new File([content], `${index + 1}.bin`));
}
