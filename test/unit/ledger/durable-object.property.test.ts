import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import fc from "fast-check";
import { expect, it } from "vitest";
import {
  ask,
  complete,
  grant,
  controlForEach,
  isStored,
  ledgerOf,
  moveClock,
  rowsOf,
  sendFile,
} from "../support/development-worker.ts";

const environment = controlForEach();

interface Upload {
  readonly id: string;
  readonly key: string;
  readonly size: number;
  /** The Idempotency-Key that it was created with. */
  readonly idempotencyKey: string;
  status: "pending" | "completed" | "rejected" | "expired" | "aborted";
  /** Its ticket still works, although the upload has ended. */
  isHeld: boolean;
  /** Its ticket has expired: what arrives now is found when the record is deleted. */
  isOld: boolean;
}

type Action =
  | { readonly kind: "ticket"; readonly size: number }
  | {
      readonly kind: "repeat" | "put" | "put-wrong" | "complete" | "abort" | "abort-unmarked";
      readonly which: number;
    }
  | { readonly kind: "expire" }
  | { readonly kind: "evict" };

const index = fc.nat({ max: 7 });
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("ticket" as const),
      size: fc.integer({ min: 1, max: 5000 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("repeat" as const), which: index }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("put" as const), which: index }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("put-wrong" as const), which: index }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("complete" as const), which: index }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("abort" as const), which: index }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("abort-unmarked" as const), which: index }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "expire" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "evict" as const }) },
);

const byStatus = (a: Pick<Upload, "status">, b: Pick<Upload, "status">) =>
  a.status < b.status ? -1 : 1;

/** What the store has decides, for whatever looks. */
async function look(
  upload: Upload,
  stored: ReadonlyMap<string, number>,
): Promise<Upload["status"] | undefined> {
  if (!(await isStored(upload.key))) return undefined;
  return stored.get(upload.key) === upload.size ? "completed" : "rejected";
}

/** Sends the request again that created the upload. It changes nothing. */
async function repeat({ id, size, status, idempotencyKey }: Upload, user: string): Promise<void> {
  const response = await ask("POST", "/v1/uploads", {
    user,
    body: { policy: "limited", contentType: "image/png", size },
    headers: { "idempotency-key": `"${idempotencyKey}"` },
  });
  const answer = await response.json<{ readonly id?: string }>();
  const ended = status === "completed" ? 409 : 410;
  const isKnown = status === "pending" || status === "completed";
  expect([response.status, answer.id]).toEqual([
    status === "pending" ? 201 : ended,
    isKnown ? id : undefined,
  ]);
}

async function act(
  doing: Action,
  uploads: Upload[],
  stored: Map<string, number>,
  user: string,
): Promise<void> {
  if (doing.kind === "ticket") {
    const idempotencyKey = `key ${uploads.length}`;
    uploads.push({
      ...(await grant(doing.size, user, {}, `"${idempotencyKey}"`)),
      size: doing.size,
      idempotencyKey,
      status: "pending",
      isHeld: false,
      isOld: false,
    });
    return;
  }
  if (doing.kind === "evict") {
    await rowsOf("SELECT 1", user);
    await evictDurableObject(ledgerOf(user));
    return;
  }
  if (doing.kind === "expire") {
    moveClock(20 * 60);
    const expected = await Promise.all(
      uploads.map(async (upload) =>
        upload.status === "pending" ? ((await look(upload, stored)) ?? "expired") : upload.status,
      ),
    );
    while ((await rowsOf("SELECT 1 FROM sqlite_master WHERE name = 'upload'", user)).length > 0) {
      const [due] = await rowsOf(
        `SELECT count(*) AS count FROM upload WHERE due_ms <= ${Date.now()}`,
        user,
      );
      if (due?.["count"] === 0) break;
      await runDurableObjectAlarm(ledgerOf(user));
    }
    for (const [at, upload] of uploads.entries()) {
      upload.status = expected[at] ?? upload.status;
      upload.isHeld = false;
      upload.isOld = true;
    }
    return;
  }
  const upload = uploads[doing.which % Math.max(1, uploads.length)];
  if (!upload) return;
  if (doing.kind === "repeat") return repeat(upload, user);
  if (doing.kind === "put" || doing.kind === "put-wrong") {
    const bytes = doing.kind === "put" ? upload.size : upload.size + 1;
    // A store refuses a second write.
    if (await sendFile(upload.key, bytes)) stored.set(upload.key, bytes);
    return;
  }
  if (doing.kind === "abort" || doing.kind === "abort-unmarked") {
    environment.refuses = doing.kind === "abort" ? [] : ["PUT"];
    const wasPending = upload.status === "pending";
    const { status } = await ask("DELETE", `/v1/uploads/${upload.id}`, { user });
    environment.refuses = [];
    if (wasPending) upload.status = "aborted";
    upload.isHeld = doing.kind === "abort-unmarked" && (wasPending || upload.isHeld);
    const ended = upload.isHeld ? 202 : 204;
    const expected = upload.status === "completed" ? 409 : ended;
    if (status !== expected) throw new Error(`${status} in place of ${expected}`);
    return;
  }
  const seen =
    upload.status === "pending" || upload.status === "expired"
      ? await look(upload, stored)
      : undefined;
  await complete(upload.id, user);
  upload.status = seen ?? upload.status;
}

it("holds the bytes of what is stored or can still be stored, and no other, whatever happens in whatever order", async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 30 }), async (actions) => {
      const user = `user-${++run}`;
      const uploads: Upload[] = [];
      const stored = new Map<string, number>();
      for (const doing of actions) {
        await act(doing, uploads, stored, user);
        const sizeOf = (status: Upload["status"]) =>
          uploads
            .filter((upload) => upload.status === status)
            .reduce((sum, { size }) => sum + size, 0);
        if (uploads.length === 0) continue;
        const [kept] = await rowsOf(
          `SELECT (SELECT coalesce(sum(reserved), 0) FROM upload) AS reserved,
             (SELECT coalesce(sum(used), 0) FROM window WHERE counter = 'bytes') AS settled`,
          user,
        );
        const held = uploads.filter(({ isHeld }) => isHeld);
        expect(kept, JSON.stringify(actions)).toEqual({
          reserved: sizeOf("pending") + held.reduce((sum, { size }) => sum + size, 0),
          settled: sizeOf("completed"),
        });
        const over = uploads.filter(
          ({ status, isHeld, isOld }) =>
            !isHeld && !isOld && (status === "aborted" || status === "rejected"),
        );
        for (const { key } of over)
          expect(await isStored(key), JSON.stringify(actions)).toBe(false);
        const statuses = await rowsOf("SELECT status FROM upload ORDER BY status", user);
        expect(statuses).toEqual(uploads.map(({ status }) => ({ status })).toSorted(byStatus));
      }
    }),
    { numRuns: 25 },
  );
}, 120_000);
