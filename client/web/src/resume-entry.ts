/** The entry of one upload in the resume storage. */
import type { MultipartUpload } from "./active-upload.ts";
import { describeFile } from "./options.ts";
import { createIndexedDbStorage, type RememberedUpload, type Resume } from "./resume-storage.ts";
import type { UploadContext } from "./upload-context.ts";

export interface ResumeEntry {
  readonly load: () => Promise<RememberedUpload | undefined>;
  readonly save: (upload: MultipartUpload) => Promise<void>;
  readonly remove: () => Promise<void>;
  /** Lets another upload of the same file use the entry. */
  readonly release: () => void;
}

const ignore = () => undefined;

/**
 * Creates the entry; `undefined` if nothing identifies the file, or if the file is being uploaded. If
 * the storage fails, as in a private window, the upload works without it.
 */
export function createResumeEntry(context: UploadContext, resume: Resume): ResumeEntry | undefined {
  const { active, endpoint } = resume;
  const name = nameEntry(endpoint, context);
  if (name === undefined || active.has(name)) return undefined;
  active.add(name);
  const storage = (resume.storage ??= createIndexedDbStorage());
  return {
    load: async () => {
      const upload = await storage.get(name).catch(ignore);
      return upload && context.now() < upload.expiresAt ? upload : undefined;
    },
    save: async ({ id, partSize, partCount, etags, digestOf, expiresAt }) => {
      const hasDigests = digestOf !== undefined;
      const upload = { id, partSize, partCount, hasDigests, expiresAt };
      await storage.set(name, { ...upload, etags: Object.fromEntries(etags) }).catch(ignore);
    },
    remove: async () => storage.delete(name).catch(ignore),
    release: () => active.delete(name),
  };
}

/** Returns a name that identifies the file without reading it; `undefined` if nothing identifies it. */
function nameEntry(endpoint: string, { file, options }: UploadContext): string | undefined {
  const { policy, metadata, resumeKey } = options;
  const { filename, contentType } = describeFile(file, options);
  const { size, lastModified } = file;
  if (!resumeKey && (!filename || !lastModified)) return undefined;
  const identity = resumeKey ?? [filename, lastModified];
  return JSON.stringify([endpoint, policy, identity, size, contentType, metadata]);
}
