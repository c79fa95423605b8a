/** Reads what a stopped server has stored: its ledgers, and the objects and open multipart uploads of its bucket. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

export interface UploadRow {
  readonly id: string;
  readonly policy: string;
  readonly status: string;
  readonly reserved: number;
  readonly key: string;
  readonly size: number | null;
  readonly uploadId: string | null;
  readonly countedEtag: string | null;
  readonly created_ms: number;
  readonly finished_ms: number | null;
}

export interface StoredLedger {
  readonly uploads: readonly UploadRow[];
  readonly usage: readonly Readonly<Record<string, unknown>>[];
  readonly counted: readonly Readonly<Record<string, unknown>>[];
  readonly windows: readonly {
    readonly policy: string;
    readonly counter: string;
    readonly start_ms: number;
    readonly used: number;
  }[];
  readonly messages: readonly { readonly id: string; readonly attempts: number }[];
}

export interface StoredObject {
  readonly key: string;
  readonly size: number;
  readonly isMark: boolean;
}

export interface Stored {
  readonly ledgers: readonly StoredLedger[];
  readonly objects: readonly StoredObject[];
  /** The store's ids of multipart uploads that were neither completed nor aborted. */
  readonly openMultiparts: readonly string[];
}

const UPLOADS = `SELECT id, policy, status, reserved, created_ms, finished_ms,
  json_extract(claims, '$.key') AS key, json_extract(claims, '$.uploadId') AS uploadId,
  json_extract(result, '$.verified.size') AS size,
  json_extract(result, '$.countedEtag') AS countedEtag FROM upload`;

const COUNTED = `SELECT policy, count(*) AS records,
  sum(status = 'pending' OR reserved > 0) AS pending, sum(reserved) AS reserved
  FROM upload GROUP BY policy ORDER BY policy`;

export function readStored(folder: string): Stored {
  const ledgers = databases(join(folder, "v3/do")).flatMap((path) =>
    withDatabase(path, (read) =>
      read("SELECT name FROM sqlite_master WHERE name = 'upload'").length === 0
        ? []
        : [
            {
              uploads: read<UploadRow>(UPLOADS),
              usage: read("SELECT * FROM usage WHERE records > 0 ORDER BY policy"),
              counted: read(COUNTED),
              windows: read<StoredLedger["windows"][number]>("SELECT * FROM window"),
              messages: read<StoredLedger["messages"][number]>("SELECT id, attempts FROM message"),
            },
          ],
    ),
  );
  const buckets = databases(join(folder, "v3/r2")).map((path) =>
    withDatabase(path, (read) => ({
      objects: read<{ key: string; size: number; custom_metadata: string }>(
        "SELECT key, size, custom_metadata FROM _mf_objects",
      ).map(({ key, size, custom_metadata: metadata }) => ({
        key,
        size,
        isMark: size === 0 && metadata.includes('"aborted"'),
      })),
      open: read<{ upload_id: string }>(
        "SELECT upload_id FROM _mf_multipart_uploads WHERE state = 0",
      ),
    })),
  );
  return {
    ledgers,
    objects: buckets.flatMap(({ objects }) => objects),
    openMultiparts: buckets.flatMap(({ open }) => open.map(({ upload_id: id }) => id)),
  };
}

function databases(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".sqlite") && !name.endsWith("metadata.sqlite"))
    .map((name) => join(folder, name));
}

// The rows have the columns of the query.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- see above
type Read = <T = Readonly<Record<string, unknown>>>(query: string) => readonly T[];

function withDatabase<T>(path: string, work: (read: Read) => T): T {
  const database = new DatabaseSync(path);
  try {
    // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as in `Read`
    return work(<Row>(query: string) => database.prepare(query).all() as unknown as readonly Row[]);
  } finally {
    database.close();
  }
}
