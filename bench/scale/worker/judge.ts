/** What must hold when all is over: nothing is lost, and every counter is right. */
import { DIRECTORY } from "../../../src/ledger/administer.ts";
import type { Owner, Verdict } from "../scenario.ts";
import type { Ledgers } from "./ledgers.ts";
import type { Row } from "./meter.ts";
import type { Outside } from "./outside.ts";

/** An upload that got a ticket. */
export interface Granted {
  readonly group: Owner;
  readonly key: string;
}

interface Told {
  readonly granted: readonly Granted[];
  readonly outside: Outside;
  readonly ledgers: Ledgers;
}

const DAY_MS = 86_400_000;
const UPLOADS = `SELECT id, policy, status, created_ms, finished_ms, json_extract(claims, '$.key') AS key,
  json_extract(result, '$.verified.size') AS size FROM upload`;
const USAGE =
  "SELECT sum(records) AS records, sum(pending) AS pending, sum(reserved) AS reserved FROM usage";

/** Reads every ledger. Call it a day after the last upload has ended, before its record is deleted. */
export async function judge({ granted, outside, ledgers }: Told): Promise<Verdict> {
  const violations: string[] = [];
  const uploads: Record<Owner, Record<string, number>> = { users: {}, team: {} };
  const uploadsOfUsers: number[] = [];
  const bytes: Record<Owner, number[]> = { users: [], team: [] };
  const groupOf = new Map(granted.map(({ key, group }) => [key, group]));
  const missing = new Set(groupOf.keys());
  const stuck = await ledgers.query(DIRECTORY, "SELECT ledger FROM stuck_ledger");
  violations.push(...stuck.map(({ ledger }) => `the directory still lists ${String(ledger)}`));
  for (const name of ledgers.names().filter((one) => one !== DIRECTORY)) {
    /* oxlint-disable no-await-in-loop -- one of thousands of ledgers after the other */
    const rows = await ledgers.query(name, UPLOADS);
    const windows = await ledgers.query(name, "SELECT * FROM window");
    const messages = await ledgers.query(name, "SELECT id FROM message");
    const [usage] = await ledgers.query(name, USAGE);
    const databaseBytes = await ledgers.databaseBytes(name);
    /* oxlint-enable no-await-in-loop */
    const [first] = rows;
    if (!first) continue;
    const group = groupOf.get(String(first["key"])) ?? "users";
    bytes[group].push(databaseBytes);
    if (group === "users") uploadsOfUsers.push(rows.length);
    for (const row of rows) {
      const status = String(row["status"]);
      uploads[group][status] = (uploads[group][status] ?? 0) + 1;
      missing.delete(String(row["key"]));
      violations.push(...judgeUpload(row, outside));
    }
    violations.push(
      ...messages.map(({ id }) => `the message ${String(id)} is still in the outbox`),
      ...windows.flatMap((window) => judgeWindow(window, rows)),
      ...judgeUsage(usage, rows.length),
    );
  }
  violations.push(...[...missing].map((key) => `${key} got a ticket, and is in no ledger`));
  return {
    violations,
    uploads,
    uploadsOfUsers,
    ledgerBytes: { users: mean(bytes.users), team: mean(bytes.team) },
  };
}

/** Whatever is in the store is completed, all else has expired, and the receiver knows. */
function judgeUpload({ id, key, status }: Row, outside: Outside): readonly string[] {
  const expected = outside.has(String(key)) ? "completed" : "expired";
  return [
    ...(status === expected ? [] : [`${String(key)} is ${String(status)}, not ${expected}`]),
    ...(outside.accepted.has(`${String(id)}.${expected}`)
      ? []
      : [`the receiver never accepted ${String(id)}.${expected}`]),
  ];
}

/** A counter has what its day and the day before have: uploads that were reserved, or bytes that were completed. */
function judgeWindow(window: Row, rows: readonly Row[]): readonly string[] {
  const isUploads = window["counter"] === "uploads";
  const counted = rows.filter(
    ({ policy, status }) => policy === window["policy"] && (isUploads || status === "completed"),
  );
  const sumOf = (fromMs: number) =>
    counted
      .filter((row) => {
        const atMs = Number(row[isUploads ? "created_ms" : "finished_ms"]);
        return atMs >= fromMs && atMs < fromMs + DAY_MS;
      })
      .reduce((sum, { size }) => sum + (isUploads ? 1 : Number(size)), 0);
  const startMs = Number(window["start_ms"]);
  const expected = [sumOf(startMs), sumOf(startMs - DAY_MS)];
  const actual = [window["used"], window["previous"]];
  if (actual.join() === expected.join()) return [];
  return [`a counter of ${String(window["counter"])} has ${actual.join()}, not ${expected.join()}`];
}

/** Nothing is reserved any more. */
function judgeUsage(usage: Row | undefined, records: number): readonly string[] {
  const actual = [usage?.["records"], usage?.["pending"], usage?.["reserved"]].join();
  const expected = [records, 0, 0].join();
  return actual === expected ? [] : [`the sums of a ledger are ${actual}, not ${expected}`];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
