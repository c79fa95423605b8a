/** What is remembered of an upload in parts, so that it goes on after a reload. Never a token, never a URL. */
import { hasFields } from "./has-fields.ts";

export interface RememberedUpload {
  readonly id: string;
  /** In bytes, as for a list of parts. */
  readonly partSize: number;
  readonly partCount: number;
  /** ETags of the parts that arrived, by their numbers. */
  readonly etags: Readonly<Record<string, string>>;
  /** Whether each part has a checksum of its own. */
  readonly hasDigests: boolean;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Where it is remembered. An upload goes on without it where it fails. */
export interface UploadStore {
  readonly get: (name: string) => Promise<RememberedUpload | undefined>;
  readonly set: (name: string, upload: RememberedUpload) => Promise<void>;
  readonly delete: (name: string) => Promise<void>;
}

/** For as long as the page or the process lives. */
export function createMemoryStore(): UploadStore {
  const uploads = new Map<string, RememberedUpload>();
  return {
    get: async (name) => uploads.get(name),
    set: async (name, upload) => void uploads.set(name, upload),
    delete: async (name) => void uploads.delete(name),
  };
}

const TABLE = "uploads";

/** In the browser, for this origin. Opened when it is first needed. */
export function createIndexedDbStore(database = "edge-presigner"): UploadStore {
  let opened: Promise<IDBDatabase> | undefined;
  const open = async (): Promise<IDBDatabase> => {
    const request = indexedDB.open(database, 1);
    request.addEventListener("upgradeneeded", () => request.result.createObjectStore(TABLE));
    return settle(request);
  };
  const openTable = async (mode: IDBTransactionMode): Promise<IDBObjectStore> => {
    opened ??= open();
    return (await opened).transaction(TABLE, mode).objectStore(TABLE);
  };
  return {
    get: async (name) => {
      const found: unknown = await settle((await openTable("readonly")).get(name));
      return isRemembered(found) ? found : undefined;
    },
    set: async (name, upload) =>
      void (await settle((await openTable("readwrite")).put(upload, name))),
    delete: async (name) => settle((await openTable("readwrite")).delete(name)),
  };
}

async function settle<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
}

/** What another version left is no upload. */
const isRemembered = (value: unknown): value is RememberedUpload =>
  hasFields(value, "id", "partSize", "partCount", "etags", "expiresAt");
