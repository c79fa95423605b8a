/** The client of one service. */
import {
  isDownloadTicket,
  isNothing,
  isUploadList,
  type Completed,
  type DownloadTicket,
  type UploadList,
  type UploadStatus,
} from "./answers.ts";
import type { UploadFile, UploadOptions } from "./options.ts";
import { createProgress } from "./progress.ts";
import { createPut } from "./put.ts";
import { createFetchSend } from "./put-fetch.ts";
import { sendWithXhr } from "./put-xhr.ts";
import { createMemory, nameUpload } from "./resume-entry.ts";
import { createAsk, type Ask, type ServiceOptions } from "./service.ts";
import { startUpload, type Upload } from "./start.ts";
import { createIndexedDbStore, type UploadStore } from "./resume-storage.ts";
import { realWorld, type World } from "./dependencies.ts";

export interface UploaderOptions extends ServiceOptions, Partial<World> {
  /**
   * Where uploads in parts are remembered: IndexedDB where there is one, nowhere in Node.js. `false`
   * for nowhere at all.
   */
  readonly store?: UploadStore | false;
}

interface Cancelling {
  readonly signal?: AbortSignal;
}

interface RemoveOptions extends Cancelling {
  /** The service's default one where it is left out. */
  readonly policy?: string;
}

interface DownloadOptions extends RemoveOptions {
  readonly method?: "GET" | "HEAD";
  readonly disposition?: "attachment" | "inline";
  /** The name under which it is saved. */
  readonly filename?: string;
}

interface ListOptions extends Cancelling {
  readonly status?: UploadStatus;
  /** Of the page before. */
  readonly cursor?: string;
}

/** Everything rejects with `UploadError`, or with what `getToken` throws. */
export interface Uploader {
  /** Sends a file, and resolves when the service has seen it in the store. */
  readonly upload: (file: UploadFile, options?: UploadOptions) => Promise<Completed>;
  /** The same, with a handle. */
  readonly start: (file: UploadFile, options?: UploadOptions) => Upload;
  /** A ticket to read an object. */
  readonly download: (key: string, options?: DownloadOptions) => Promise<DownloadTicket>;
  /** Deletes an object. */
  readonly remove: (key: string, options?: RemoveOptions) => Promise<void>;
  /** The caller's uploads of policies with a quota. */
  readonly list: (options?: ListOptions) => Promise<UploadList>;
}

export function createUploader(uploader: UploaderOptions): Uploader {
  const { endpoint, store = defaultStore(), ...given } = uploader;
  const world = { ...realWorld(), ...given };
  const ask = createAsk(uploader, world);
  const hasXhr = !given.fetch && typeof XMLHttpRequest !== "undefined";
  const put = createPut(hasXhr ? sendWithXhr : createFetchSend(world.fetch));
  const active = new Set<string>();

  const start: Uploader["start"] = (file, options = {}) => {
    const name = nameUpload(endpoint, file, options);
    const memory = createMemory(store || undefined, name, { active, now: world.now });
    const onSent = createProgress(file.size, options.onProgress);
    const { onRetry } = options;
    const askAgain: Ask = async (isExpected, request, asking) =>
      ask(isExpected, request, { onRetry, ...asking });
    return startUpload({ file, options, ask: askAgain, put, world, memory, onSent });
  };

  return {
    start,
    upload: async (file, options) => start(file, options).done,
    download: async (key, { signal, ...options } = {}) => {
      const body = { key, ...options };
      return ask(isDownloadTicket, "POST /v1/downloads", { body, signal });
    },
    remove: async (key, { signal, ...options } = {}) => {
      const body = { key, ...options };
      return ask(isNothing, "DELETE /v1/objects", { body, signal });
    },
    list: async ({ signal, status, cursor } = {}) => {
      const query = new URLSearchParams({ ...(status && { status }), ...(cursor && { cursor }) });
      return ask(isUploadList, `GET /v1/uploads?${query}`, { signal });
    },
  };
}

function defaultStore(): UploadStore | undefined {
  return typeof indexedDB === "undefined" ? undefined : createIndexedDbStore();
}
