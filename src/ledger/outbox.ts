/** The outbox: messages that were written with the state change that they tell of, until one is accepted. */
import type { Log } from "../log.ts";
import type { UploadRecord } from "./record.ts";

export interface Message {
  /** Stable over retries: the receiver knows a repetition by it. */
  readonly id: string;
  readonly body: string;
}

/** `gone`: the receiver wants no more of it. */
type Delivery = "accepted" | "failed" | "gone";
export type Deliver = (message: Message) => Promise<Delivery>;

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** After these, every hour. */
const DELAYS_MS = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE];
const GIVE_UP_MS = 72 * HOUR;
const AT_ONCE = 10;

/** Standard Webhooks 1.0: type, timestamp, data. */
export function enqueue(sql: SqlStorage, record: UploadRecord, nowMs: number): void {
  const { claims, status, verified, reasons } = record;
  const body = JSON.stringify({
    type: `upload.${status}`,
    timestamp: new Date(nowMs).toISOString(),
    data: {
      id: claims.jti,
      status,
      issuer: claims.iss,
      user: claims.sub,
      policy: claims.policy,
      store: claims.store,
      key: claims.key,
      size: verified?.size ?? claims.size,
      contentType: verified?.contentType ?? claims.type,
      ...(verified && {
        etag: verified.etag,
        checksum: verified.checksum,
        metadata: verified.metadata,
      }),
      ...(reasons && { reasons }),
    },
  });
  sql.exec(
    "INSERT INTO message (id, body, created_ms, next_ms) VALUES (?, ?, ?, ?)",
    `${claims.jti}.${status}`,
    body,
    nowMs,
    nowMs,
  );
}

interface Row extends Record<string, SqlStorageValue> {
  readonly id: string;
  readonly body: string;
  readonly created_ms: number;
  readonly attempts: number;
}

interface World {
  readonly now: () => number;
  readonly random: () => number;
  readonly log: Log;
}

/** Sends what is due. One that fails is kept for later: five seconds at first, then hourly, for three days. */
export async function sendDue(
  sql: SqlStorage,
  deliver: Deliver,
  { now, random, log }: World,
): Promise<void> {
  const due = sql
    .exec<Row>(
      "SELECT id, body, created_ms, attempts FROM message WHERE next_ms <= ? ORDER BY next_ms LIMIT ?",
      now(),
      AT_ONCE,
    )
    .toArray();
  await Promise.all(
    due.map(async ({ id, body, created_ms: createdMs, attempts }) => {
      const delivery = await deliver({ id, body });
      const isTooOld = now() - createdMs >= GIVE_UP_MS;
      if (delivery === "failed" && !isTooOld) {
        sql.exec(
          "UPDATE message SET attempts = ?, next_ms = ? WHERE id = ?",
          attempts + 1,
          now() + delay(attempts, random()),
          id,
        );
        return;
      }
      sql.exec("DELETE FROM message WHERE id = ?", id);
      if (delivery !== "accepted")
        log("webhook-dropped", { message: id, attempts: attempts + 1, delivery });
    }),
  );
}

/** A tenth more or less, so that a receiver that comes back is not met by all at once. */
function delay(attempts: number, random: number): number {
  return Math.round((DELAYS_MS[attempts] ?? HOUR) * (0.9 + 0.2 * random));
}
