/** Where multipart uploads are kept, so that they continue after a reload. Never a token, never a URL. */
import { hasFields } from "./has-fields.ts";

/** What is kept of one upload. */
export interface RememberedUpload {
  readonly id: string;
  /** In bytes. */
  readonly partSize: number;
  readonly partCount: number;
  /** ETags of the stored parts, by part number. */
  readonly etags: Readonly<Record<string, string>>;
  /** Whether each part is sent with a checksum. */
  readonly hasDigests: boolean;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** A place to keep uploads. If it fails, uploads work, but do not continue after a reload. */
export interface ResumeStorage {
  readonly get: (name: string) => Promise<RememberedUpload | undefined>;
  readonly set: (name: string, upload: RememberedUpload) => Promise<void>;
  readonly delete: (name: string) => Promise<void>;
}

/** What the uploads of one uploader share. */
export interface Resume {
  readonly endpoint: string;
  /** The entries of the uploads that are running. */
  readonly active: Set<string>;
  /** Default: IndexedDB, opened when it is first used. */
  storage: ResumeStorage | undefined;
}

/** Creates a storage that lasts as long as the page or the process. */
export function createMemoryStorage(): ResumeStorage {
  const uploads = new Map<string, RememberedUpload>();
  return {
    get: async (name) => uploads.get(name),
    set: async (name, upload) => void uploads.set(name, upload),
    delete: async (name) => void uploads.delete(name),
  };
}

const TABLE = "uploads";

/** Creates a storage in the browser's IndexedDB, which is opened when it is first used. */
export function createIndexedDbStorage(database = "edge-presigner"): ResumeStorage {
  let opened: Promise<IDBDatabase> | undefined;
  const open = async (): Promise<IDBDatabase> => {
    const request = indexedDB.open(database, 1);
    request.addEventListener("upgradeneeded", () => request.result.createObjectStore(TABLE));
    return resultOf(request);
  };
  const openTable = async (mode: IDBTransactionMode): Promise<IDBObjectStore> => {
    opened ??= open();
    return (await opened).transaction(TABLE, mode).objectStore(TABLE);
  };
  return {
    get: async (name) => {
      const found: unknown = await resultOf((await openTable("readonly")).get(name));
      return isRemembered(found) ? found : undefined;
    },
    set: async (name, upload) =>
      void (await resultOf((await openTable("readwrite")).put(upload, name))),
    delete: async (name) => resultOf((await openTable("readwrite")).delete(name)),
  };
}

async function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
}

/** Whether it has the fields of this version: another version may have written it. */
const isRemembered = (value: unknown): value is RememberedUpload =>
  hasFields(value, "id", "partSize", "partCount", "etags", "expiresAt");
