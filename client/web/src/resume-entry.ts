/** The entry of one upload in the resume storage. */
import type { MultipartUpload } from "./active-upload.ts";
import { describeFile, type UploadFile, type UploadOptions } from "./options.ts";
import type { RememberedUpload, ResumeStorage } from "./resume-storage.ts";

export interface ResumeEntry {
  /** Whether the upload is kept in a storage. */
  readonly isEnabled: boolean;
  readonly load: () => Promise<RememberedUpload | undefined>;
  readonly save: (upload: MultipartUpload) => Promise<void>;
  readonly remove: () => Promise<void>;
  /** Lets another upload of the same file use the entry. */
  readonly release: () => void;
}

const ignore = () => undefined;

/** Creates the entry. If the storage fails, as in a private window, the upload works without it. */
export function createResumeEntry(
  storage: ResumeStorage | undefined,
  name: string | undefined,
  { active, now }: { readonly active: Set<string>; readonly now: () => number },
): ResumeEntry {
  // A second upload of a file that is being uploaded does not share the entry of the first.
  const entry = storage && name !== undefined && !active.has(name) ? { storage, name } : undefined;
  if (entry) active.add(entry.name);
  return {
    isEnabled: entry !== undefined,
    load: async () => {
      const upload = await entry?.storage.get(entry.name).catch(ignore);
      return upload && now() < upload.expiresAt ? upload : undefined;
    },
    save: async ({ id, partSize, partCount, etags, digestOf, expiresAt }) => {
      const hasDigests = digestOf !== undefined;
      const upload = { id, partSize, partCount, hasDigests, expiresAt };
      const save = entry?.storage.set(entry.name, { ...upload, etags: Object.fromEntries(etags) });
      await save?.catch(ignore);
    },
    remove: async () => entry?.storage.delete(entry.name).catch(ignore),
    release: () => entry && active.delete(entry.name),
  };
}

/** Returns a name that identifies the file without reading it; `undefined` if nothing identifies it. */
export function nameEntry(
  endpoint: string,
  file: UploadFile,
  options: UploadOptions,
): string | undefined {
  const { policy, metadata, resumeKey } = options;
  const { filename, contentType } = describeFile(file, options);
  const { size, lastModified } = file;
  if (!resumeKey && (!filename || !lastModified)) return undefined;
  const identity = resumeKey ?? [filename, lastModified];
  return JSON.stringify([endpoint, policy, identity, size, contentType, metadata]);
}
