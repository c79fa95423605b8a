/** Calls the Durable Object of one caller. */
import type { Owner } from "../grant/owner.ts";
import type { UploadClaims } from "../grant/upload-claims.ts";
import { describeError, type Log } from "../log.ts";
import type { Meter } from "../meter.ts";
import { Problem } from "../problem.ts";
import type { AdminLedger, Directory } from "./administer.ts";
import type { DeletedObject } from "./leftover.ts";
import type { LimitedPolicy, RemainingQuota, Reservation, ReservationResult } from "./limits.ts";
import type { Page, PageQuery } from "./page.ts";
import type { Held, Hold, LetGo } from "./promotion.ts";
import type { Outcome, UploadRecord } from "./record.ts";

/** A caller's ledger. Each call is one round trip, and throws `ledger-unavailable` where it fails. */
export interface Ledger extends AdminLedger, Directory {
  readonly reserve: (reservations: readonly Reservation[]) => Promise<readonly ReservationResult[]>;
  /** Returns what remains of the limits of each policy. It writes nothing. */
  readonly readQuotas: (policies: readonly LimitedPolicy[]) => Promise<readonly RemainingQuota[]>;
  /**
   * Names the store's multipart upload of a pending upload, in its claims; returns `false` where the upload is
   * no longer pending, or has one of another request with the same Idempotency-Key.
   */
  readonly attach: (claims: UploadClaims, dueAtMs: number) => Promise<boolean>;
  readonly find: (id: string) => Promise<UploadRecord | undefined>;
  /** Returns the uploads of a key in any of these stores: those that have ended without an object only where no other has it. */
  readonly findByKey: (key: string, stores: readonly string[]) => Promise<readonly UploadRecord[]>;
  readonly list: (query: PageQuery) => Promise<Page>;
  /** Returns whether the object under the upload's key may belong to another upload. */
  readonly isKeyShared: (id: string) => Promise<boolean>;
  /** Returns the record after the change, or unchanged where the upload had ended before. */
  readonly settle: (id: string, outcome: Outcome) => Promise<UploadRecord | undefined>;
  /**
   * Aborts an upload whose multipart upload could not be started, and lets its Idempotency-Key be used again.
   * Returns `false` and changes nothing where another request with that key has started it.
   */
  readonly undo: (claims: UploadClaims) => Promise<boolean>;
  /** Releases what an aborted or rejected upload reserves. */
  readonly release: (id: string) => Promise<void>;
  /** Gives back what a deleted object took, now or when no ticket can store it again. Unknown keys change nothing. */
  readonly forgetObject: (object: DeletedObject) => Promise<void>;
  /** Holds an upload that has not ended for one promotion. Returns `undefined` without a record. */
  readonly hold: (id: string, hold: Hold) => Promise<Held | undefined>;
  /** Lets another promotion begin. */
  readonly letGo: (id: string, end: LetGo) => Promise<void>;
  /** Sends events of the audit, again until they are taken. */
  readonly addEvents: (events: readonly string[]) => Promise<void>;
  /** Writes down that the object of a completed upload is about to be deleted. */
  readonly noteDeletion: (object: DeletedObject) => Promise<void>;
}

/** The binding `LEDGER`, as far as it is used. */
export interface LedgerNamespace {
  readonly getByName: (name: string) => Ledger;
}

const RETRY_SECONDS = 5;

/** Creates a function that returns the ledger of a user of an issuer. */
export function createLedgers(
  namespace: LedgerNamespace | undefined,
  log: Log,
  meter?: Meter,
): (owner: Pick<Owner, "digest">) => Ledger {
  return ({ digest }) => {
    // The stub is never the value of a promise: `await` would call a method `then` on it.
    const call = async <T>(method: (ledger: Ledger) => Promise<T>): Promise<T> => {
      try {
        if (!namespace)
          throw new TypeError("Cannot reach the ledger: wrangler.toml has no binding LEDGER");
        return await method(namespace.getByName(digest));
      } catch (cause) {
        log("ledger-failed", { reason: describeError(cause) });
        meter?.({ kind: "ledger", outcome: "failed" });
        throw ledgerUnavailable(cause);
      }
    };
    return {
      reserve: async (reservations) =>
        call(async (ledger) => {
          const results = await ledger.reserve(reservations);
          if (results.length === reservations.length) return results;
          throw new TypeError("Cannot read the ledger's answer: results are missing");
        }),
      readQuotas: async (policies) => call(async (ledger) => ledger.readQuotas(policies)),
      attach: async (claims, dueAtMs) => call(async (ledger) => ledger.attach(claims, dueAtMs)),
      find: async (id) => call(async (ledger) => ledger.find(id)),
      findByKey: async (key, stores) => call(async (ledger) => ledger.findByKey(key, stores)),
      list: async (query) => call(async (ledger) => ledger.list(query)),
      isKeyShared: async (id) => call(async (ledger) => ledger.isKeyShared(id)),
      settle: async (id, outcome) => call(async (ledger) => ledger.settle(id, outcome)),
      undo: async (claims) => call(async (ledger) => ledger.undo(claims)),
      release: async (id) => call(async (ledger) => ledger.release(id)),
      forgetObject: async (object) => call(async (ledger) => ledger.forgetObject(object)),
      readUsage: async (policies) => call(async (ledger) => ledger.readUsage(policies)),
      correct: async (correction) => call(async (ledger) => ledger.correct(correction)),
      readOutbox: async (user) => call(async (ledger) => ledger.readOutbox(user)),
      sendAgain: async (message) => call(async (ledger) => ledger.sendAgain(message)),
      erase: async (user) => call(async (ledger) => ledger.erase(user)),
      addStuck: async (stuck) => call(async (ledger) => ledger.addStuck(stuck)),
      removeStuck: async (name) => call(async (ledger) => ledger.removeStuck(name)),
      readStuck: async () => call(async (ledger) => ledger.readStuck()),
      hold: async (id, held) => call(async (ledger) => ledger.hold(id, held)),
      letGo: async (id, end) => call(async (ledger) => ledger.letGo(id, end)),
      addEvents: async (events) => call(async (ledger) => ledger.addEvents(events)),
      noteDeletion: async (object) => call(async (ledger) => ledger.noteDeletion(object)),
    };
  };
}

function ledgerUnavailable(cause: unknown): Problem {
  return new Problem(
    "ledger-unavailable",
    `Try again in ${RETRY_SECONDS} seconds: the quota cannot be checked now`,
    {
      extras: { retryAfter: RETRY_SECONDS },
      headers: { "retry-after": String(RETRY_SECONDS) },
      cause,
    },
  );
}
