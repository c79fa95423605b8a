/** A client of a scripted server, with a clock that moves only while it waits. */
import { afterEach } from "vitest";
import {
  UploadError,
  createUploader,
  type Uploader,
  type UploaderOptions,
} from "../../client/web/src/index.ts";
import { contentOf } from "../uppy/content.ts";
import { startScripted, type ScriptedServer, type Settings } from "./fake-server.ts";

export interface Setting {
  readonly server: ScriptedServer;
  readonly uploader: Uploader;
  /** Every pause, in milliseconds. */
  readonly pauses: readonly number[];
  readonly moveClock: (seconds: number) => void;
  /** Another client of the same server, as after a reload. */
  readonly createClient: (options?: Partial<UploaderOptions>) => Uploader;
}

const open = new Set<ScriptedServer>();
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
  const server = await startScripted({ now: () => now, ...settings });
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

/** A file whose bytes are all others than those of another size. */
export function fileOf(size: number, name = "a.bin"): File {
  const type = "application/octet-stream";
  return new File([contentOf(size)], name, { type, lastModified: 1_795_330_800_000 });
}

export const bytesOf = (size: number): Buffer<ArrayBuffer> =>
  Buffer.from(contentOf(size).buffer, 0, size);

/** The error that it ends with. Throws where it ends well. */
export async function failureOf(promise: Promise<unknown>): Promise<UploadError> {
  const outcome: unknown = await promise.catch((error: unknown) => error);
  if (outcome instanceof UploadError) return outcome;
  throw new Error("There is no UploadError", { cause: outcome });
}
