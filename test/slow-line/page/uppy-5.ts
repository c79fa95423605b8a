/** A page with Uppy 5, as docs/uppy-5.md has it. With the helper each file is verified, as with the client. */
import { helpUppy, uppyMeta } from "../../../client/web/src/uppy.ts";
import { makeFiles, offer } from "./subject.ts";

/** Of Uppy's types what is used here. */
interface UppyFile {
  readonly progress?: { readonly bytesUploaded?: number | false };
  readonly error?: string | null;
  readonly response?: { readonly body?: { readonly key?: string } };
}

interface Uppy {
  use(plugin: unknown, options: object): Uppy;
  on(event: string, listener: (...args: never[]) => void): void;
  addFiles(files: readonly object[]): void;
  getFiles(): readonly UppyFile[];
  upload(): Promise<unknown>;
  pauseAll(): void;
  resumeAll(): void;
  getPlugin(id: string): object;
  emit(event: string): void;
  addPreProcessor(step: (fileIds: string[]) => Promise<void>): void;
  addPostProcessor(step: (fileIds: string[]) => Promise<void>): void;
  getFile(fileId: string): undefined;
  setFileMeta(fileId: string, meta: object): void;
  setFileState(fileId: string, state: object): void;
}

interface Kit {
  readonly Uppy: new (options: object) => Uppy;
  readonly AwsS3: unknown;
  readonly GoldenRetriever: unknown;
}

const MULTIPART_FROM_BYTES = 8 * 2 ** 20;
const RESTORE_MS = 3000;

export function offerUppy({ Uppy: Core, AwsS3, GoldenRetriever }: Kit, isHelped: boolean): void {
  let uppy: Uppy;
  let ended: Promise<unknown> | undefined;
  offer({
    async start({ endpoint, token, policy }, count, sizeBytes) {
      uppy = new Core({ id: "line" });
      if (sizeBytes >= MULTIPART_FROM_BYTES)
        uppy.use(GoldenRetriever, { indexedDB: { maxFileSize: 2 ** 26 } });
      uppy.use(AwsS3, {
        endpoint,
        headers: { authorization: `Bearer ${token}` },
        shouldUseMultipart: (file: { readonly size: number }) => file.size >= MULTIPART_FROM_BYTES,
      });
      uppyMeta(uppy, { policy });
      if (isHelped) helpUppy(uppy);
      if (sizeBytes >= MULTIPART_FROM_BYTES)
        await new Promise((resolve) => setTimeout(resolve, RESTORE_MS));
      if (uppy.getFiles().length > 0) {
        ended = new Promise((resolve) => {
          for (const event of ["complete", "upload-error"]) uppy.on(event, resolve);
        });
        uppy.emit("restore-confirmed");
        return;
      }
      uppy.addFiles(
        makeFiles(count, sizeBytes).map((data) => ({ name: data.name, type: data.type, data })),
      );
      ended = uppy.upload();
      ended.catch(() => undefined);
    },
    async finish() {
      await ended;
      const files = uppy.getFiles();
      return {
        keys: files.flatMap(({ error, response }) =>
          error || !response?.body?.key ? [] : [response.body.key],
        ),
        errors: files.flatMap(({ error }) => (error ? [error] : [])),
      };
    },
    readSentBytes: () =>
      uppy.getFiles().reduce((sum, { progress }) => sum + Number(progress?.bytesUploaded), 0),
    pause: () => uppy.pauseAll(),
    resume: () => uppy.resumeAll(),
  });
}
