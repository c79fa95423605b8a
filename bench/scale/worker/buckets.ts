/** What happened in each quarter of an hour, by group. */
import { BUCKET_MINUTES, GROUPS, type Bucket, type Group } from "../scenario.ts";
import type { Operation } from "./ledgers.ts";

export interface Buckets {
  readonly all: Readonly<Record<Group, readonly Bucket[]>>;
  readonly addAnswer: (group: Group, path: string, status: number) => void;
  /** `requests` are those to the store and the receiver so far: the operation has sent what is new. */
  readonly addOperation: (
    group: Group,
    operation: Operation,
    requests: Readonly<Record<string, number>>,
  ) => void;
  /** Adds empty buckets until now, in which nothing happened. */
  readonly fillUntilNow: () => void;
}

const EMPTY: Omit<Bucket, "pending" | "messages"> = {
  tickets: 0,
  refused: 0,
  completions: 0,
  unavailable: 0,
  calls: 0,
  alarms: 0,
  rowsRead: 0,
  rowsWritten: 0,
  sent: 0,
  heads: 0,
  alarmMs: 0,
  latestMs: 0,
};

export function createBuckets(minute: () => number): Buckets {
  const all: Record<Group, Bucket[]> = { users: [], team: [], directory: [] };
  const seen: Record<string, number> = {};

  const current = (group: Group): Bucket => {
    const list = all[group];
    const index = Math.floor(minute() / BUCKET_MINUTES);
    while (list.length <= index) {
      const { pending = 0, messages = 0 } = list.at(-1) ?? {};
      list.push({ ...EMPTY, pending, messages });
    }
    const bucket = list.at(-1);
    if (!bucket) throw new TypeError("Cannot count: the clock is before the start");
    return bucket;
  };
  /** Requests that were sent since the last operation. */
  const takeNew = (requests: Readonly<Record<string, number>>, name: string) => {
    const count = (requests[name] ?? 0) - (seen[name] ?? 0);
    seen[name] = requests[name] ?? 0;
    return count;
  };
  return {
    all,
    addAnswer(group, path, status) {
      const bucket = current(group);
      if (status >= 500) bucket.unavailable += 1;
      else if (status === 429 || status === 403) bucket.refused += 1;
      else if (status === 201) bucket.tickets += 1;
      else if (path.endsWith("/complete") && status === 200) bucket.completions += 1;
    },
    addOperation(group, operation, requests) {
      const bucket = current(group);
      if (operation.method === "alarm") bucket.alarms += 1;
      else bucket.calls += 1;
      bucket.rowsRead += operation.rowsRead;
      bucket.rowsWritten += operation.rowsWritten;
      bucket.alarmMs += operation.busyMs;
      bucket.latestMs = Math.max(bucket.latestMs, operation.lateMs);
      bucket.messages += operation.messages;
      bucket.pending += operation.pending;
      // The directory is called by an alarm that is not over: what was sent is that one's.
      if (group === "directory") return;
      bucket.sent += takeNew(requests, "webhook");
      bucket.heads += takeNew(requests, "HEAD");
    },
    fillUntilNow() {
      for (const group of GROUPS) current(group);
    },
  };
}
