/** Uppy with tickets of an edge-presigner: docs/uppy-4.md, uppy-5.md, uppy-6.md. One file, as it is copied into pages. */

/** Of Uppy's own types what is used here. */
interface UppyFile {
  readonly id: string;
  readonly name?: string | undefined;
  readonly type?: string | undefined;
  readonly data?: { readonly size?: number | null } | null | undefined;
  readonly meta: object;
  readonly error?: string | null | undefined;
  readonly response?: { readonly body?: object | undefined } | undefined;
  /** What Golden Retriever brings back after a reload. */
  readonly s3Multipart?: { readonly uploadId?: string | undefined } | undefined;
}

// Methods, so that Uppy's own types, which are narrower, fit.
interface Uppy {
  addPreProcessor(step: (fileIds: string[]) => Promise<void>): void;
  addPostProcessor(step: (fileIds: string[]) => Promise<void>): void;
  getFile(fileId: string): UppyFile | undefined;
  setFileMeta(fileId: string, meta: object): void;
  setFileState(fileId: string, state: object): void;
  emit(event: "upload-success" | "upload-error", ...args: readonly unknown[]): void;
}

/** What Uppy 6 asks to be signed. */
interface SignRequest {
  readonly method: string;
  readonly key: string;
  readonly uploadId?: string;
  readonly partNumber?: number;
  readonly contentType?: string;
}

interface Signed {
  readonly url: string;
  readonly key: string;
  readonly headers: Record<string, string>;
}

interface SignerOptions {
  /** Where the service is: `https://uploads.example.com`. */
  readonly endpoint: string;
  /** A token that is still valid: asked for with every request. */
  readonly getToken: () => string | Promise<string>;
  /** The service's default one where it is left out. */
  readonly policy?: string;
}

interface UppySigner {
  readonly generateObjectKey: (file: UppyFile) => string;
  readonly signRequest: (request: SignRequest) => Promise<Signed>;
  /**
   * Has the service look at each file after its upload, also after one whose answer was lost. The
   * receipt is in `file.response.body.receipt`; a file that is not there as it was granted has failed.
   */
  readonly completeAfter: (uppy: Uppy) => void;
}

/** What the service answers, of which each route has some. */
interface Answer extends Signed {
  readonly id?: string;
  readonly receipt?: string;
  readonly message?: string;
}

/** Options for `AwsS3` of Uppy 6, in which every request is signed by the service. Errors say what it says. */
export function createUppySigner({ endpoint, getToken, policy }: SignerOptions): UppySigner {
  const base = endpoint.replace(/\/+$/, "");
  const files = new Map<string, UppyFile>();
  const uploadIds = new Map<string, string>();

  const ask = async (path: string, body: object, authorization?: string): Promise<Answer> =>
    post(base + path, { authorization: authorization ?? `Bearer ${await getToken()}` }, body);

  return {
    generateObjectKey(file) {
      remember(uploadIds, file, file.s3Multipart?.uploadId);
      files.set(file.id, file);
      return file.id;
    },

    async signRequest(request) {
      const file = request.uploadId === undefined ? files.get(request.key) : undefined;
      const told = file && {
        filename: file.name,
        contentType: file.type,
        metadata: { ...file.meta, size: file.data?.size, ...(policy !== undefined && { policy }) },
      };
      const authorization = `Bearer ${await getToken()}`;
      const { url, key, headers, id } = await ask(
        "/s3/presign",
        { ...request, ...told },
        authorization,
      );
      if (file) remember(uploadIds, file, id);
      // All but files and parts goes to the service itself.
      return url.startsWith("/")
        ? { url: base + url, key, headers: { authorization } }
        : { url, key, headers };
    },

    completeAfter: (uppy) => completeEach(uppy, uploadIds, async (path) => ask(path, {})),
  };
}

/** A part as versions 4 and 5 have it. */
interface Part {
  readonly PartNumber: number;
  readonly ETag: string;
}

/** `AwsS3` of versions 4 and 5: what it was given, and what it does by itself. */
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
 * For Uppy 4 and 5, after `uppy.use(AwsS3, …)`: files in one PUT are completed as `completeAfter` does
 * it, and after a pause an upload in parts goes on also where the store cannot list them.
 */
export function helpUppy(uppy: UppyWithParts): void {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of both versions, whose types differ
  const plugin = uppy.getPlugin("AwsS3Multipart") as Plugin | undefined;
  if (!plugin) throw new Error("Cannot help Uppy: call uppy.use(AwsS3, …) before");
  const { getUploadParameters, listParts } = plugin.opts;
  const uploadIds = new Map<string, string>();
  const arrived = new Map<string, Part[]>();
  uppy.on("s3-multipart:part-uploaded", ({ s3Multipart }, part) => {
    const uploadId = s3Multipart?.uploadId ?? "";
    arrived.set(uploadId, [...(arrived.get(uploadId) ?? []), part]);
  });
  plugin.setOptions({
    async getUploadParameters(file, options) {
      remember(uploadIds, file, undefined);
      const ticket = await getUploadParameters(file, options);
      remember(uploadIds, file, ticket.id);
      return ticket;
    },
    // Uppy cannot send again what it has sent, and fails where that is not listed.
    async listParts(...args) {
      const listed = await listParts(...args);
      return listed.length > 0 ? listed : (arrived.get(args[1].uploadId) ?? []);
    },
  });
  completeEach(uppy, uploadIds, async (path) =>
    post(plugin.opts.endpoint.replace(/\/+$/, "") + path, { ...plugin.opts.headers }, {}),
  );
}

/** The upload of a file that begins, or none: never that of an earlier attempt. */
function remember(uploadIds: Map<string, string>, { id }: UppyFile, uploadId?: string): void {
  if (uploadId === undefined) uploadIds.delete(id);
  else uploadIds.set(id, uploadId);
}

/** Has the service look at each of these files after its upload, failed ones too: the answer may have been lost. */
function completeEach(
  uppy: Uppy,
  uploadIds: ReadonlyMap<string, string>,
  ask: (path: string) => Promise<Answer>,
): void {
  const complete = async (fileId: string): Promise<void> => {
    const uploadId = uploadIds.get(fileId);
    if (uploadId === undefined || !uppy.getFile(fileId)) return;
    try {
      const { key, receipt } = await ask(`/v1/uploads/${uploadId}/complete`);
      const file = uppy.getFile(fileId);
      if (!file) return;
      const told = { ...file.response, body: { key, ...file.response?.body, receipt } };
      uppy.setFileState(fileId, { error: null, response: told });
      if (file.error) uppy.emit("upload-success", uppy.getFile(fileId), { status: 200, ...told });
    } catch (error) {
      const file = uppy.getFile(fileId);
      // What went wrong before is what there is to tell.
      if (file && !file.error) uppy.emit("upload-error", file, error);
    }
  };
  uppy.addPostProcessor(async (fileIds) => void (await Promise.all(fileIds.map(complete))));
}

/** Longer than the service waits for a store that puts parts together. */
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
  throw new Error(answer?.message ?? `The service answered ${response.status}`);
}

interface MetaOptions {
  /** The service's default one where it is left out. */
  readonly policy?: string;
  /** In bytes, where `getChunkSize` gives another size than Uppy's own. */
  readonly partSize?: number;
}

/** Tells the service of each file how large it is when it is sent, for Uppy 4, 5 and 6 alike. */
export function uppyMeta(uppy: Uppy, options: MetaOptions = {}): void {
  uppy.addPreProcessor(async (fileIds) => {
    for (const fileId of fileIds) {
      uppy.setFileMeta(fileId, { ...options, size: uppy.getFile(fileId)?.data?.size });
    }
  });
}
