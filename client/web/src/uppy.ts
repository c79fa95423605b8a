/** Uppy with tickets of an edge-presigner: docs/uppy-4.md, uppy-5.md, uppy-6.md. One file, to be copied into an app. */

/** The part of Uppy's types that is used here. */
interface UppyFile {
  readonly id: string;
  readonly name?: string | undefined;
  readonly type?: string | undefined;
  readonly data?: { readonly size?: number | null } | null | undefined;
  readonly meta: object;
  readonly error?: string | null | undefined;
  readonly response?: { readonly body?: object | undefined } | undefined;
  /** Restored by Golden Retriever after a reload. */
  readonly s3Multipart?: { readonly uploadId?: string | undefined } | undefined;
}

// Methods and not function fields, so that Uppy's narrower types are assignable.
interface Uppy {
  addPreProcessor(step: (fileIds: string[]) => Promise<void>): void;
  addPostProcessor(step: (fileIds: string[]) => Promise<void>): void;
  getFile(fileId: string): UppyFile | undefined;
  setFileMeta(fileId: string, meta: object): void;
  setFileState(fileId: string, state: object): void;
  emit(event: "upload-success" | "upload-error", ...args: readonly unknown[]): void;
}

/** A request that Uppy 6 wants signed. */
interface SignRequest {
  readonly method: string;
  readonly key: string;
  readonly uploadId?: string;
  readonly partNumber?: number;
  readonly contentType?: string;
}

interface SignedRequest {
  readonly url: string;
  readonly key: string;
  readonly headers: Record<string, string>;
}

interface SignerOptions {
  /** The URL of the service: `https://uploads.example.com`. */
  readonly endpoint: string;
  /** Returns a valid token. Called for every request. */
  readonly getToken: () => string | Promise<string>;
  /** Default: the service's default policy. */
  readonly policy?: string;
}

interface UppySigner {
  readonly generateObjectKey: (file: UppyFile) => string;
  readonly signRequest: (request: SignRequest) => Promise<SignedRequest>;
  /**
   * Completes each file after its upload, also if the store's answer was lost. The receipt is in
   * `file.response.body.receipt`. A file that is not stored as it was granted fails.
   */
  readonly completeAfter: (uppy: Uppy) => void;
}

/** The fields of the service's answers. Each route has some of them. */
interface Answer extends SignedRequest {
  readonly id?: string;
  /** `pending` while the service checks the file. */
  readonly status?: string;
  readonly receipt?: string;
  readonly message?: string;
  /** In seconds. */
  readonly retryAfter?: number;
}

/** Creates options for `AwsS3` of Uppy 6. The service signs every request. Errors have its messages. */
export function createUppySigner({ endpoint, getToken, policy }: SignerOptions): UppySigner {
  const base = endpoint.replace(/\/+$/, "");
  const files = new Map<string, UppyFile>();
  const uploadIds = new Map<string, string>();

  const ask = async (path: string, body: object, authorization?: string): Promise<Answer> =>
    post(base + path, { authorization: authorization ?? `Bearer ${await getToken()}` }, body);

  return {
    generateObjectKey(file) {
      setUploadId(uploadIds, file, file.s3Multipart?.uploadId);
      files.set(file.id, file);
      return file.id;
    },

    async signRequest(request) {
      const file = request.uploadId === undefined ? files.get(request.key) : undefined;
      const description = file && {
        filename: file.name,
        contentType: file.type,
        metadata: { ...file.meta, size: file.data?.size, ...(policy !== undefined && { policy }) },
      };
      const authorization = `Bearer ${await getToken()}`;
      const { url, key, headers, id } = await ask(
        "/s3/presign",
        { ...request, ...description },
        authorization,
      );
      if (file) setUploadId(uploadIds, file, id);
      // A path is a request to the service itself. Only files and parts go to the store.
      return url.startsWith("/")
        ? { url: toOwnUrl(base, url), key, headers: { authorization } }
        : { url, key, headers };
    },

    completeAfter: (uppy) => completeEach(uppy, uploadIds, async (path) => ask(path, {})),
  };
}

/** A service that is mounted in another app answers its whole path; behind a proxy's prefix it does not know it. */
function toOwnUrl(base: string, path: string): string {
  if (path.startsWith("/s3/uploads/")) return base + path;
  const [origin = ""] = /^https?:\/\/[^/]+/.exec(base) ?? [];
  return origin + path;
}

/** A part, as Uppy 4 and 5 describe it. */
interface Part {
  readonly PartNumber: number;
  readonly ETag: string;
}

/** The plugin `AwsS3` of Uppy 4 and 5, with its options and its defaults. */
interface Plugin {
  readonly opts: {
    readonly endpoint: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly getUploadParameters: (file: UppyFile, options: object) => Promise<{ id?: string }>;
    readonly listParts: (...args: ListArguments) => Promise<readonly Part[]>;
  };
  readonly setOptions: (options: Partial<Plugin["opts"]>) => void;
}
type ListArguments = [file: UppyFile, upload: { readonly uploadId: string }, signal?: AbortSignal];

interface UppyWithParts extends Uppy {
  getPlugin(id: "AwsS3Multipart"): unknown;
  on(event: "s3-multipart:part-uploaded", listener: (file: UppyFile, part: Part) => void): unknown;
}

/**
 * Adds what Uppy 4 and 5 lack. Call it after `uppy.use(AwsS3, …)`. Single-part uploads are completed,
 * as with `completeAfter`. Multipart uploads continue after a pause even if the store cannot list parts.
 */
export function helpUppy(uppy: UppyWithParts): void {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the types of the two versions differ
  const plugin = uppy.getPlugin("AwsS3Multipart") as Plugin | undefined;
  if (!plugin)
    throw new Error("Cannot find the AwsS3 plugin: call uppy.use(AwsS3, …) before helpUppy(uppy)");
  const { getUploadParameters, listParts } = plugin.opts;
  const uploadIds = new Map<string, string>();
  const sentParts = new Map<string, Part[]>();
  uppy.on("s3-multipart:part-uploaded", ({ s3Multipart }, part) => {
    const uploadId = s3Multipart?.uploadId ?? "";
    sentParts.set(uploadId, [...(sentParts.get(uploadId) ?? []), part]);
  });
  plugin.setOptions({
    async getUploadParameters(file, options) {
      setUploadId(uploadIds, file, undefined);
      const ticket = await getUploadParameters(file, options);
      setUploadId(uploadIds, file, ticket.id);
      return ticket;
    },
    // Uppy never sends a part twice, and fails if a part that it sent is not in the list.
    async listParts(...args) {
      const listed = await listParts(...args);
      return listed.length > 0 ? listed : (sentParts.get(args[1].uploadId) ?? []);
    },
  });
  completeEach(uppy, uploadIds, async (path) =>
    post(plugin.opts.endpoint.replace(/\/+$/, "") + path, { ...plugin.opts.headers }, {}),
  );
}

/** Keeps the id of the file's new upload, or deletes the one of an earlier attempt. */
function setUploadId(uploadIds: Map<string, string>, { id }: UppyFile, uploadId?: string): void {
  if (uploadId === undefined) uploadIds.delete(id);
  else uploadIds.set(id, uploadId);
}

/** Completes these files after their uploads. Includes failed ones: perhaps only the answer was lost. */
function completeEach(
  uppy: Uppy,
  uploadIds: ReadonlyMap<string, string>,
  ask: (path: string) => Promise<Answer>,
): void {
  const complete = async (fileId: string): Promise<void> => {
    const uploadId = uploadIds.get(fileId);
    if (uploadId === undefined || !uppy.getFile(fileId)) return;
    try {
      const path = `/v1/uploads/${uploadId}/complete`;
      const { key, receipt } = await completeChecked(async () => ask(path));
      const file = uppy.getFile(fileId);
      if (!file) return;
      const response = { ...file.response, body: { key, ...file.response?.body, receipt } };
      uppy.setFileState(fileId, { error: null, response });
      if (file.error)
        uppy.emit("upload-success", uppy.getFile(fileId), { status: 200, ...response });
    } catch (error) {
      const file = uppy.getFile(fileId);
      // A file that failed before keeps its first error.
      if (file && !file.error) uppy.emit("upload-error", file, error);
    }
  };
  uppy.addPostProcessor(async (fileIds) => {
    const waiting = fileIds.values();
    const work = async (): Promise<void> => {
      // oxlint-disable-next-line no-await-in-loop -- a few at once: the service limits requests
      for (const fileId of waiting) await complete(fileId);
    };
    await Promise.all(Array.from({ length: MAX_COMPLETIONS }, work));
  });
}

/** Asks again while the service checks the file, for less than five minutes. */
async function completeChecked(ask: () => Promise<Answer>): Promise<Answer> {
  for (let questions = 1; questions <= MAX_QUESTIONS; questions += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one question after the other
    const answer = await tryAgain(ask);
    if (answer.status !== "pending") return answer;
    // oxlint-disable-next-line no-await-in-loop -- a pause before the next question
    await pause((answer.retryAfter ?? 0) + Math.min(questions, MAX_ADDED_SECONDS));
  }
  throw new Error("The file is stored, and the service is still checking it");
}

const MAX_COMPLETIONS = 4;
const MAX_QUESTIONS = 20;
/** The pauses grow to so many seconds, beside what the service says. */
const MAX_ADDED_SECONDS = 12;
/** The pauses before further tries. */
const PAUSES_SECONDS = [1, 3, 5, 10];
const MAX_RETRY_AFTER_SECONDS = 120;

/** Calls again after errors that pass: no network, too many requests, a server that is busy. */
async function tryAgain<T>(call: () => Promise<T>): Promise<T> {
  for (const seconds of PAUSES_SECONDS) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- a try after a try that failed
      return await call();
    } catch (error) {
      const retryAfter = error instanceof RefusedError ? error.retryAfter : 0;
      if (!isPassing(error) || retryAfter > MAX_RETRY_AFTER_SECONDS) throw error;
      // oxlint-disable-next-line no-await-in-loop -- a pause before the next try
      await pause(seconds + retryAfter);
    }
  }
  return call();
}

/** `fetch` rejects with a TypeError if there is no answer. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof RefusedError)) return error instanceof TypeError;
  return error.status === 429 || error.status >= 500;
}

/** Of the browser. */
interface Platform {
  readonly navigator?: { readonly onLine?: boolean };
  readonly addEventListener?: (type: "online", listener: () => void) => void;
}
const platform = globalThis as Platform;

/** Also waits until there is a network. */
async function pause(seconds: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, seconds * 1000);
  });
  if (platform.navigator?.onLine !== false) return;
  await new Promise<void>((resolve) => {
    platform.addEventListener?.("online", resolve);
  });
}

/** The service has answered, and not with what was asked for. */
class RefusedError extends Error {
  override readonly name = "RefusedError";
  readonly status: number;
  readonly retryAfter: number;

  constructor(status: number, { message, retryAfter = 0 }: Partial<Answer> = {}) {
    super(message ?? `The service answered ${status}`);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** Longer than the service waits for the store to complete a multipart upload. */
const TIME_LIMIT_MS = 90_000;

async function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: object,
): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIME_LIMIT_MS),
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the service's own answer, or a proxy's
  const answer = (await response.json().catch(() => undefined)) as Answer | undefined;
  if (response.ok && answer) return answer;
  throw new RefusedError(response.status, answer);
}

interface MetaOptions {
  /** Default: the service's default policy. */
  readonly policy?: string;
  /** In bytes. Needed if `getChunkSize` returns another size than Uppy's default. */
  readonly partSize?: number;
}

/** Adds the size of each file to its metadata, which the service reads. For Uppy 4, 5 and 6. */
export function uppyMeta(uppy: Uppy, options: MetaOptions = {}): void {
  uppy.addPreProcessor(async (fileIds) => {
    for (const fileId of fileIds) {
      uppy.setFileMeta(fileId, { ...options, size: uppy.getFile(fileId)?.data?.size });
    }
  });
}
