import {
  isDownloadTicket,
  isNothing,
  isUploadList,
  type Completed,
  type DownloadTicket,
  type UploadList,
  type UploadStatus,
} from "./answers.ts";
import { platformDependencies, type Dependencies } from "./dependencies.ts";
import type { UploadFile, UploadOptions } from "./options.ts";
import { MIN_PART_BYTES } from "./part-size.ts";
import { isPolicyList, type PolicyList } from "./policies.ts";
import { createProgress } from "./progress.ts";
import { createFetchSend } from "./put-fetch.ts";
import { sendWithXhr } from "./put-xhr.ts";
import { createPut } from "./put.ts";
import type { ResumeStorage } from "./resume-storage.ts";
import { createCallService, type CallService, type ServiceOptions } from "./service.ts";
import { createSlots } from "./slots.ts";
import { createSpeed } from "./speed.ts";
import { startUpload, type Upload } from "./start.ts";
import type { UploadContext } from "./upload-context.ts";
import type { PoliciesOf, PolicyName, UploadOptionsOf } from "./typed-policies.ts";

export interface UploaderOptions extends ServiceOptions, Partial<Dependencies> {
  /**
   * Where multipart uploads are kept, so that they continue after a reload. Default: IndexedDB in a
   * browser for files of more than 5 MiB, nothing in Node.js. `false` keeps nothing.
   */
  readonly resumeStorage?: ResumeStorage | false;
}

interface SignalOption {
  readonly signal?: AbortSignal;
}

interface RemoveOptions<Policy extends string = string> extends SignalOption {
  /** Default: the service's default policy. */
  readonly policy?: Policy;
}

interface DownloadOptions<Policy extends string = string> extends RemoveOptions<Policy> {
  readonly method?: "GET" | "HEAD";
  readonly disposition?: "attachment" | "inline";
  /** The name under which the browser saves the file. */
  readonly filename?: string;
}

interface ListOptions extends SignalOption {
  readonly status?: UploadStatus;
  /** The cursor of the previous page. */
  readonly cursor?: string;
}

/** For the queue, which is a part of its own: an app without it does not load it. */
export const contextOf: unique symbol = Symbol();

/** The client of one service. All methods reject with `UploadError`, or with what `getToken` throws. */
export interface Uploader<Config extends PoliciesOf = PoliciesOf> {
  /** Uploads a file. Resolves when the service has verified it in the store. */
  readonly upload: (file: UploadFile, options?: UploadOptionsOf<Config>) => Promise<Completed>;
  /** Starts an upload that can be paused and aborted. */
  readonly start: (file: UploadFile, options?: UploadOptionsOf<Config>) => Upload;
  /** Returns a ticket to read an object. */
  readonly download: (
    key: string,
    options?: DownloadOptions<PolicyName<Config>>,
  ) => Promise<DownloadTicket>;
  /** Deletes an object. */
  readonly remove: (key: string, options?: RemoveOptions<PolicyName<Config>>) => Promise<void>;
  /** Returns a page of the caller's uploads, of policies with a quota. */
  readonly list: (options?: ListOptions) => Promise<UploadList>;
  /** Returns what the caller may do, and what remains of the quotas. */
  readonly policies: (options?: SignalOption) => Promise<PolicyList>;
  /** Returns what the steps of an upload need. */
  readonly [contextOf]: (file: UploadFile, options: UploadOptions) => UploadContext;
}

/** Creates the client of one service. `createUploader<typeof config>` knows the names of its policies. */
export function createUploader<Config extends PoliciesOf = PoliciesOf>(
  uploader: UploaderOptions,
): Uploader<Config>;
export function createUploader(uploader: UploaderOptions): Uploader {
  const { endpoint, resumeStorage, ...given } = uploader;
  const dependencies = { ...platformDependencies(), ...given };
  const call = createCallService(uploader, dependencies);
  const hasXhr = !given.fetch && typeof XMLHttpRequest !== "undefined";
  const { now } = dependencies;
  const { bytesPerSecond, measure } = createSpeed(now);
  const send = hasXhr ? sendWithXhr : createFetchSend(dependencies.fetch);
  const put = measure(createPut(send, now));
  const inTurn = createSlots();
  const canResume = resumeStorage ?? typeof indexedDB !== "undefined";
  const storage = resumeStorage || undefined;
  const resume = canResume ? { endpoint, active: new Set<string>(), storage } : undefined;

  const createContext: Uploader[typeof contextOf] = (file, options) => {
    const { onRetry, onProgress } = options;
    let waiting = 0;
    const onOffline = (isOffline: boolean): void => {
      waiting += isOffline ? 1 : -1;
      // Several requests of one upload may wait.
      if (waiting === Number(isOffline)) options.onOffline?.(isOffline);
    };
    const callAndReport: CallService = async (isExpected, route, request) =>
      call(isExpected, route, { onRetry, onOffline, ...request });
    return {
      ...dependencies,
      ...createProgress(file.size, onProgress),
      file,
      options,
      call: callAndReport,
      put,
      // A file of one part has nothing to continue with.
      resume: resumeStorage || file.size > MIN_PART_BYTES ? resume : undefined,
      inTurn,
      bytesPerSecond,
      onOffline,
    };
  };
  const start: Uploader["start"] = (file, options = {}) =>
    startUpload(createContext(file, options));

  return {
    [contextOf]: createContext,
    start,
    upload: async (file, options) => start(file, options).done,
    download: async (key, { signal, ...options } = {}) => {
      const body = { key, ...options };
      return call(isDownloadTicket, "POST /v1/downloads", { body, signal });
    },
    remove: async (key, { signal, ...options } = {}) => {
      const body = { key, ...options };
      return call(isNothing, "DELETE /v1/objects", { body, signal });
    },
    policies: async (options) => call(isPolicyList, "GET /v1/policies", options),
    list: async ({ signal, status, cursor } = {}) => {
      const query = new URLSearchParams({ ...(status && { status }), ...(cursor && { cursor }) });
      return call(isUploadList, `GET /v1/uploads?${query}`, { signal });
    },
  };
}
