/** Uploads in parts, remembered under a name of their file. */
import type { PartsUpload } from "./upload-context.ts";
import { describe, type UploadFile, type UploadOptions } from "./options.ts";
import type { RememberedUpload, UploadStore } from "./resume-storage.ts";

export interface Memory {
  /** Whether anything is kept. */
  readonly isKept: boolean;
  readonly load: () => Promise<RememberedUpload | undefined>;
  readonly save: (upload: PartsUpload) => Promise<void>;
  readonly forget: () => Promise<void>;
  /** The upload is over here, and another one of the same file may take it up. */
  readonly release: () => void;
}

const ignore = () => undefined;

/** A store that fails, as in a private window, costs only what it is for. */
export function createMemory(
  store: UploadStore | undefined,
  name: string | undefined,
  { active, now }: { readonly active: Set<string>; readonly now: () => number },
): Memory {
  // Two uploads of one file at once are two uploads.
  const known = store && name !== undefined && !active.has(name) ? { store, name } : undefined;
  if (known) active.add(known.name);
  return {
    isKept: known !== undefined,
    load: async () => {
      const upload = await known?.store.get(known.name).catch(ignore);
      return upload && now() < upload.expiresAt ? upload : undefined;
    },
    save: async ({ id, partSize, partCount, etags, digestOf, expiresAt }) => {
      const hasDigests = digestOf !== undefined;
      const upload = { id, partSize, partCount, hasDigests, expiresAt };
      const save = known?.store.set(known.name, { ...upload, etags: Object.fromEntries(etags) });
      await save?.catch(ignore);
    },
    forget: async () => known?.store.delete(known.name).catch(ignore),
    release: () => known && active.delete(known.name),
  };
}

/** What tells one file from another without reading it; `undefined` for what could be any. */
export function nameUpload(
  endpoint: string,
  file: UploadFile,
  options: UploadOptions,
): string | undefined {
  const { policy, metadata, resumeKey } = options;
  const { filename, contentType } = describe(file, options);
  const { size, lastModified } = file;
  if (!resumeKey && (!filename || !lastModified)) return undefined;
  const own = resumeKey ?? [filename, lastModified];
  return JSON.stringify([endpoint, policy, own, size, contentType, metadata]);
}
