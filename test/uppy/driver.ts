/** What stands in the page: Uppy as its documentation has it, and what a person would do with it. */
import { createUppySigner, helpUppy, uppyMeta } from "../../client/web/src/uppy.ts";
import { contentOf } from "./content.ts";

/** Each version has types of its own: of these what is used here. */
interface Uppy {
  use(plugin: unknown, options: object): Uppy;
  on(event: string, listener: (...args: never[]) => void): void;
  addFile(file: object): string;
  getFiles(): readonly UppyFile[];
  getFile(fileId: string): UppyFile;
  getPlugin(id: string): { setOptions(options: object): void };
  upload(): Promise<Result | undefined>;
  retryAll(): Promise<Result | undefined>;
  pauseAll(): void;
  resumeAll(): void;
  cancelAll(): void;
  addPreProcessor(step: (fileIds: string[]) => Promise<void>): void;
  addPostProcessor(step: (fileIds: string[]) => Promise<void>): void;
  setFileMeta(fileId: string, meta: object): void;
  setFileState(fileId: string, state: object): void;
  emit(event: string, ...args: readonly unknown[]): void;
}

interface UppyFile {
  readonly id: string;
  readonly name: string;
  readonly data: { readonly size: number };
  readonly meta: Readonly<Record<string, unknown>>;
  readonly error?: string | null;
  readonly response?: { readonly body?: object };
}

interface Result {
  readonly successful?: readonly UppyFile[];
  readonly failed?: readonly UppyFile[];
}

/** The packages of one version. */
export interface Kit {
  readonly Uppy: new (options: object) => Uppy;
  readonly AwsS3: unknown;
  readonly GoldenRetriever: unknown;
}

export interface Settings {
  /** Versions 4 and 5; version 6 with a token in the path; version 6 with the helper. */
  readonly mode: "endpoint" | "companion" | "signer";
  readonly service: string;
  readonly token: string;
  readonly policy: string;
  readonly isInParts: boolean;
  /** Whether versions 4 and 5 have the helper too. */
  readonly isHelped?: boolean;
  /** Whether uploads go on after a reload. */
  readonly isRestoring?: boolean;
  /** Whether the page says how large its files are: the helper always does. */
  readonly isSizeTold?: boolean;
}

/** What became of the files, as Uppy tells a page. */
export interface Outcome {
  readonly bodies: readonly Readonly<Record<string, string>>[];
  readonly errors: readonly string[];
  /** How many files Uppy has said are uploaded. */
  readonly successes: number;
}

export interface Driver {
  readonly start: (settings: Settings) => Promise<number>;
  readonly add: (name: string, type: string, size: number) => void;
  readonly upload: () => Promise<Outcome>;
  readonly retry: () => Promise<Outcome>;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly cancel: () => void;
  /** The page has got a new token. */
  readonly renew: (token: string) => void;
  /** How many parts have arrived. */
  readonly countParts: () => number;
  readonly restore: () => Promise<Outcome>;
}

export function createDriver({ Uppy, AwsS3, GoldenRetriever }: Kit): Driver {
  let uppy = new Uppy({});
  let settings: Settings | undefined;
  let token = "";
  let parts = 0;
  let successes = 0;

  const outcome = (): Outcome => {
    const files = uppy.getFiles();
    return {
      bodies: files.filter(({ error }) => !error).map(({ response }) => ({ ...response?.body })),
      errors: files.flatMap(({ error }) => (error ? [error] : [])),
      successes,
    };
  };

  return {
    async start(chosen) {
      settings = chosen;
      ({ token } = chosen);
      const { mode, policy, isInParts, isRestoring = false } = chosen;
      const { isHelped = false, isSizeTold = true } = chosen;
      // As people write it, with a slash at its end.
      const endpoint = `${chosen.service}/`;
      // The helper tells the policy and the size by itself.
      const hasHelper = mode === "signer";
      uppy = new Uppy({ id: "test", meta: { album: "제주", ...(!hasHelper && { policy }) } });
      if (isSizeTold && !hasHelper) uppyMeta(uppy);
      if (isRestoring) uppy.use(GoldenRetriever, { indexedDB: { maxFileSize: 2 ** 26 } });
      const shared = { shouldUseMultipart: isInParts };
      switch (mode) {
        case "endpoint": {
          const headers = { authorization: `Bearer ${token}` };
          uppy.use(AwsS3, { ...shared, endpoint, headers });
          if (isHelped) helpUppy(uppy);
          break;
        }
        case "companion":
          uppy.use(AwsS3, { ...shared, companionEndpoint: `${endpoint}uppy/${token}/` });
          break;
        case "signer": {
          const signer = createUppySigner({ endpoint, getToken: () => token, policy });
          uppy.use(AwsS3, { ...shared, ...signer });
          signer.completeAfter(uppy);
          break;
        }
      }
      uppy.on("s3-multipart:part-uploaded", () => void (parts += 1));
      uppy.on("upload-success", () => void (successes += 1));
      if (!isRestoring) return 0;
      return new Promise((resolve) => {
        uppy.on("restored", () => resolve(uppy.getFiles().length));
        setTimeout(() => resolve(uppy.getFiles().length), 3000);
      });
    },
    add(name, type, size) {
      // Of one date, so that Uppy takes it for the same file when it is added again.
      const data = new File([contentOf(size)], name, { type, lastModified: 0 });
      uppy.addFile({ name, type, data });
    },
    async upload() {
      await uppy.upload();
      return outcome();
    },
    async retry() {
      await uppy.retryAll();
      return outcome();
    },
    pause: () => uppy.pauseAll(),
    resume: () => uppy.resumeAll(),
    cancel: () => uppy.cancelAll(),
    renew(renewed) {
      token = renewed;
      if (settings?.mode !== "endpoint") return;
      uppy
        .getPlugin("AwsS3Multipart")
        .setOptions({ headers: { authorization: `Bearer ${token}` } });
    },
    countParts: () => parts,
    async restore() {
      // Version 4 restores without saying in the end that all is complete.
      const last = settings?.mode === "endpoint" ? "upload-success" : "complete";
      const ended = new Promise((resolve) => {
        for (const event of [last, "upload-error"]) uppy.on(event, resolve);
      });
      uppy.emit("restore-confirmed");
      await ended;
      return outcome();
    },
  };
}
