/** Uppy with tickets of an edge-presigner: docs/uppy-6.md. */

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

  const ask = async (path: string, body: object, authorization?: string): Promise<Answer> => {
    const bearer = authorization ?? `Bearer ${await getToken()}`;
    const headers = { authorization: bearer, "content-type": "application/json" };
    const sent = { method: "POST", headers, body: JSON.stringify(body) };
    const response = await fetch(base + path, sent);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the service's own answer
    const answer = (await response.json()) as Answer;
    if (!response.ok) throw new Error(answer.message);
    return answer;
  };

  const complete = async (uppy: Uppy, fileId: string, uploadId: string): Promise<void> => {
    const { key, receipt } = await ask(`/v1/uploads/${uploadId}/complete`, {});
    const { error, response } = uppy.getFile(fileId) ?? {};
    const told = { ...response, body: { key, ...response?.body, receipt } };
    uppy.setFileState(fileId, { error: null, response: told });
    if (error) uppy.emit("upload-success", uppy.getFile(fileId), { status: 200, ...told });
  };

  return {
    generateObjectKey(file) {
      const uploadId = file.s3Multipart?.uploadId;
      if (uploadId !== undefined) uploadIds.set(file.id, uploadId);
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
      if (file && id !== undefined) uploadIds.set(file.id, id);
      // All but files and parts goes to the service itself.
      return url.startsWith("/")
        ? { url: base + url, key, headers: { authorization } }
        : { url, key, headers };
    },

    completeAfter(uppy) {
      uppy.addPostProcessor(async (fileIds) => {
        const completions = fileIds.map(async (fileId) => {
          const uploadId = uploadIds.get(fileId);
          const file = uppy.getFile(fileId);
          if (uploadId === undefined || !file) return;
          try {
            await complete(uppy, fileId, uploadId);
          } catch (error) {
            // What went wrong before is what there is to tell.
            if (!file.error) uppy.emit("upload-error", file, error);
          }
        });
        await Promise.all(completions);
      });
    },
  };
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
