/** A client of a fake server. Its clock moves only while it waits, or when a test moves it. */
import { afterEach } from "vitest";
import {
  UploadError,
  createUploader,
  type Uploader,
  type UploaderOptions,
} from "../../client/web/src/index.ts";
import { contentOf } from "../uppy/content.ts";
import { startFakeServer, type FakeServer, type Settings } from "./fake-server.ts";

export interface Setting {
  readonly server: FakeServer;
  readonly uploader: Uploader;
  /** Every pause, in milliseconds. */
  readonly pauses: readonly number[];
  readonly moveClock: (seconds: number) => void;
  /** Creates another client of the same server, as after a reload. */
  readonly createClient: (options?: Partial<UploaderOptions>) => Uploader;
}

const open = new Set<FakeServer>();
afterEach(async () => {
  await Promise.all([...open].map(async (server) => server.close()));
  open.clear();
});

export async function start(
  settings: Settings = {},
  options: Partial<UploaderOptions> = {},
): Promise<Setting> {
  let now = Date.parse("2026-11-22T07:00:00Z");
  const pauses: number[] = [];
  const server = await startFakeServer({ now: () => now, ...settings });
  open.add(server);
  const createClient = (more: Partial<UploaderOptions> = {}) =>
    createUploader({
      endpoint: server.url,
      getToken: () => "token",
      now: () => now,
      random: () => 0.5,
      wait: async (milliseconds, signal) => {
        signal?.throwIfAborted();
        pauses.push(milliseconds);
        now += milliseconds;
      },
      ...options,
      ...more,
    });
  return {
    server,
    pauses,
    uploader: createClient(),
    createClient,
    moveClock: (seconds) => void (now += seconds * 1000),
  };
}

/** Returns a file. Files of different sizes have different bytes. */
export function fileOf(size: number, name = "a.bin"): File {
  const type = "application/octet-stream";
  return new File([contentOf(size)], name, { type, lastModified: 1_795_330_800_000 });
}

export const bytesOf = (size: number): Buffer<ArrayBuffer> =>
  Buffer.from(contentOf(size).buffer, 0, size);

/** Returns the error of the promise. Throws if it does not reject with an `UploadError`. */
export async function failureOf(promise: Promise<unknown>): Promise<UploadError> {
  const outcome: unknown = await promise.catch((error: unknown) => error);
  if (outcome instanceof UploadError) return outcome;
  throw new Error("The promise did not reject with an UploadError", { cause: outcome });
}
