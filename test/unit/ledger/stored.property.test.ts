import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import fc from "fast-check";
import { expect, it } from "vitest";
import {
  ask,
  controlForEach,
  isStored,
  ledgerOf,
  lengthsUnder,
  moveClock,
  putObject,
  rowsOf,
  sendFile,
} from "../support/development-worker.ts";

const environment = controlForEach();

const TICKET_ENDS = 20 * 60;
const DAY = 86_400;

interface Upload {
  readonly id: string;
  readonly key: string;
  readonly size: number;
  /** Other uploads may have its key, and its ticket replaces what is there. */
  readonly isNamed: boolean;
  /** When its ticket can store nothing more, in milliseconds. */
  readonly endsAtMs: number;
}

/** The newest upload, or the one before: so that several things happen to one. */
const which = fc.constantFrom(0, 0, 0, 1);
const size = fc.integer({ min: 1, max: 5000 });
const KINDS = ["put", "put-wrong", "complete", "abort", "delete", "delete-without-answer"] as const;
/** What is dangerous comes in this order, and then the file is sent again. */
const OFTEN = ["put", "complete", "delete"] as const;
type Action =
  | { readonly kind: "ticket" | "named-ticket"; readonly size: number }
  | { readonly kind: (typeof KINDS)[number]; readonly which: number }
  | { readonly kind: "wait" | "wait-a-little" | "evict" };
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("ticket" as const), size }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("named-ticket" as const), size }) },
  {
    weight: 25,
    arbitrary: fc.record({
      kind: fc.constantFrom(...KINDS, ...OFTEN, ...OFTEN, "put" as const),
      which,
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "wait" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "wait-a-little" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "evict" as const }) },
);

async function grant(user: string, bytes: number, key?: string): Promise<Upload> {
  const response = await ask("POST", "/v1/uploads", {
    user,
    ...(key !== undefined && { claims: { key } }),
    body: { policy: "plan", contentType: "image/png", size: bytes },
  });
  const { id, key: made } = await response.json<{ id: string; key: string }>();
  expect(response.status).toBe(201);
  const endsAtMs = Date.now() + TICKET_ENDS * 1000;
  return { id, key: made, size: bytes, isNamed: key !== undefined, endsAtMs };
}

/** A ticket signs its length and its type; a wrong file is one that another client's ticket would not sign. */
async function put({ key, isNamed, size: bytes, endsAtMs }: Upload, extra: number): Promise<void> {
  if (Date.now() >= endsAtMs) return;
  // Another length is refused by the store: it stands for a file of another type.
  if (isNamed) await putObject(key, bytes, extra > 0 ? "image/gif" : "image/png");
  else if (extra === 0) await sendFile(key, bytes);
}

async function runAlarms(user: string): Promise<void> {
  for (let runs = 0; runs < 100; runs += 1) {
    const tables = await rowsOf("SELECT name FROM sqlite_master WHERE name = 'upload'", user);
    if (tables.length === 0) return;
    const [due] = await rowsOf(
      `SELECT (SELECT count(*) FROM upload WHERE due_ms <= ${Date.now()})
         + (SELECT count(*) FROM stored WHERE due_ms <= ${Date.now()}) AS due`,
      user,
    );
    if (due?.["due"] === 0) return;
    await runDurableObjectAlarm(ledgerOf(user));
  }
  throw new Error("The alarm never ends");
}

async function act(doing: Action, uploads: Upload[], user: string): Promise<void> {
  switch (doing.kind) {
    case "ticket":
      uploads.push(await grant(user, doing.size));
      return;
    case "named-ticket":
      uploads.push(await grant(user, doing.size, `plan/${user}/named.png`));
      return;
    case "evict":
      if (uploads.length === 0) return;
      await rowsOf("SELECT 1", user);
      await evictDurableObject(ledgerOf(user));
      return;
    case "wait-a-little":
      moveClock(60);
      return;
    case "wait":
      moveClock(TICKET_ENDS);
      if (uploads.length > 0) await runAlarms(user);
      return;
    case "put":
    case "put-wrong":
    case "complete":
    case "abort":
    case "delete":
    case "delete-without-answer":
      await actOn(doing, uploads, user);
  }
}

async function actOn(
  doing: Extract<Action, { readonly which: number }>,
  uploads: readonly Upload[],
  user: string,
): Promise<void> {
  const upload = uploads.at(-1 - doing.which);
  if (!upload) return;
  const { id, key } = upload;
  const body = { policy: "plan", key };
  if (doing.kind === "put") await put(upload, 0);
  else if (doing.kind === "put-wrong") await put(upload, 1);
  else if (doing.kind === "complete") await ask("POST", `/v1/uploads/${id}/complete`, { user });
  else if (doing.kind === "abort") await ask("DELETE", `/v1/uploads/${id}`, { user });
  else if (doing.kind === "delete") await ask("DELETE", "/v1/objects", { user, body });
  else {
    // The store has deleted it, and the Worker fails before it tells the ledger.
    environment.beforeAnswer = async (method) => {
      if (method === "DELETE") throw new Error("The Worker is killed");
    };
    await ask("DELETE", "/v1/objects", { user, body });
    environment.beforeAnswer = undefined;
  }
}

const filesOf = async (user: string) => lengthsUnder(`plan/${user}/`);

async function inBucket(
  user: string,
): Promise<{ readonly objects: number; readonly bytes: number }> {
  const lengths = [...(await filesOf(user)).values()];
  return { objects: lengths.length, bytes: lengths.reduce((sum, length) => sum + length, 0) };
}

/** Each file counts by itself, so that no reservation of another one hides what is missing. */
async function expectEachCounted(user: string, actions: readonly Action[]): Promise<void> {
  const rows = await rowsOf(
    `SELECT key, max(bytes) AS bytes FROM (
       SELECT key, bytes FROM stored UNION ALL
       SELECT json_extract(claims, '$.key'), sum(reserved) FROM upload GROUP BY 1
     ) GROUP BY key`,
    user,
  );
  const byKey = new Map(rows.map(({ key, bytes }) => [key, bytes as number]));
  for (const [key, length] of await filesOf(user))
    expect(byKey.get(key) ?? 0, `${key}: ${JSON.stringify(actions)}`).toBeGreaterThanOrEqual(
      length,
    );
}

const counted = async (user: string) => {
  const [sums] = await rowsOf(
    `SELECT (SELECT coalesce(sum(objects), 0) FROM stored_usage) AS objects,
       (SELECT coalesce(sum(bytes), 0) FROM stored_usage) AS bytes,
       (SELECT coalesce(sum(objects), 0) FROM stored) AS summedObjects,
       (SELECT coalesce(sum(bytes), 0) FROM stored) AS summedBytes,
       (SELECT sum(reserved) FROM usage) AS reserved`,
    user,
  );
  const numbers = (sums ?? {}) as Record<string, number>;
  const { objects = 0, bytes = 0, summedObjects, summedBytes } = numbers;
  expect([objects, bytes]).toEqual([summedObjects, summedBytes]);
  return { objects, bytes, reserved: numbers["reserved"] ?? 0 };
};

it("never counts less than is stored, and exactly that when every ticket has ended, whatever happens in whatever order", async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 15, maxLength: 40 }), async (actions) => {
      const user = `user-${++run}`;
      const uploads: Upload[] = [];
      for (const doing of actions) {
        await act(doing, uploads, user);
        if (uploads.length === 0) continue;
        await expectEachCounted(user, actions);
      }
      if (uploads.length === 0) return;
      // A deletion that the ledger was not told of is sent again.
      for (const { key } of uploads)
        if (!(await isStored(key)))
          await ask("DELETE", "/v1/objects", { user, body: { policy: "plan", key } });
      moveClock(TICKET_ENDS + 1);
      await runAlarms(user);
      const { objects, bytes, reserved } = await counted(user);
      expect({ objects, bytes, reserved }, JSON.stringify(actions)).toEqual({
        ...(await inBucket(user)),
        reserved: 0,
      });
      for (let days = 0; days < 10; days += 1) {
        moveClock(DAY);
        await runAlarms(user);
      }
      const there = await inBucket(user);
      const tables = await rowsOf("SELECT name FROM sqlite_master WHERE name = 'stored'", user);
      const kept = tables.length > 0 ? await counted(user) : { objects: 0, bytes: 0 };
      expect({ objects: kept.objects, bytes: kept.bytes }).toEqual(there);
    }),
    { numRuns: 40 },
  );
}, 120_000);
