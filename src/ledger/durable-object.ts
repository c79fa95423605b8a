/**
 * The Durable Object of one caller: counters, records and the outbox, in SQLite. Limits come with each
 * call. All state is in storage.
 */
import type { DurableObject } from "cloudflare:workers";
import { lastArrivalMs, ticketKeyOf, type UploadClaims } from "../grant/upload-claims.ts";
import { describeError } from "../log.ts";
import { AdminLedgerObject } from "./admin-ledger.ts";
import type { Ledger as LedgerMethods } from "./client.ts";
import { countLeftover } from "./count-leftover.ts";
import type { LedgerDependencies } from "./dependencies.ts";
import { forgetRequest } from "./earlier.ts";
import { findByKey } from "./find-by-key.ts";
import { ALARM, hold, letGo, noteDeletion } from "./hold.ts";
import { readList } from "./list.ts";
import type { DeletedObject } from "./leftover.ts";
import { lookAtStored } from "./look-at-stored.ts";
import type { Page, PageQuery } from "./page.ts";
import { sendDue } from "./outbox.ts";
import type { Held, Hold, LetGo, PromotionGate } from "./promotion.ts";
import type { Outcome, UploadRecord } from "./record.ts";
import {
  UNUSED,
  remainingOf,
  type LimitedPolicy,
  type RemainingQuota,
  type Reservation,
  type ReservationResult,
} from "./limits.ts";
import { reportSettled } from "./report-settled.ts";
import { readQuota, reserve } from "./reserve.ts";
import { attach, findRecord, isKeyShared, release, settle } from "./settle.ts";
import { Revocations } from "./keep-revocations.ts";
import type { Revocation, RevocationLedger, RevocationList, RevokeResult } from "./revocation.ts";
import { forgetObject } from "./stored.ts";
import { handleDueUploads, type AlarmDependencies } from "./handle-due-uploads.ts";

/** The class that the Worker exports. */
export type LedgerClass = new (
  state: DurableObjectState,
  env: Cloudflare.Env,
) => DurableObject & LedgerMethods & RevocationLedger;

const FIVE_MINUTES_MS = 300_000;

interface Settling {
  readonly nowMs: number;
  readonly by: "request" | "alarm";
}

/** Returns whether the configuration is valid. Otherwise the alarm waits for a deployment that is. */
function isReady(getDependencies: () => LedgerDependencies): boolean {
  try {
    getDependencies();
    return true;
  } catch {
    return false;
  }
}

/** Returns the class that the Worker exports. `getDependencies` throws for an invalid configuration. */
export function createLedgerClass(getDependencies: () => LedgerDependencies): LedgerClass {
  return class Ledger extends AdminLedgerObject {
    readonly #revocations: Revocations;

    constructor(state: DurableObjectState, env: Cloudflare.Env) {
      super(state, env, getDependencies);
      this.#revocations = new Revocations(this.ledger, getDependencies);
    }

    get #sql(): SqlStorage {
      return this.ledger.sql;
    }

    get #dependencies(): LedgerDependencies {
      return getDependencies();
    }

    async reserve(reservations: readonly Reservation[]): Promise<readonly ReservationResult[]> {
      return this.ledger.change((nowMs) =>
        reservations.map((item) => {
          this.ledger.prepareFor(item.quota);
          return reserve(this.#sql, item, nowMs);
        }),
      );
    }

    async readQuotas(policies: readonly LimitedPolicy[]): Promise<readonly RemainingQuota[]> {
      const nowMs = this.#dependencies.now();
      return this.ledger.read(
        () => policies.map((one) => readQuota(this.#sql, one, nowMs)),
        policies.map(({ quota }) => remainingOf(UNUSED, quota, nowMs)),
      );
    }

    async attach(claims: UploadClaims, dueAtMs: number): Promise<boolean> {
      return this.ledger.change(() => attach(this.#sql, claims, dueAtMs));
    }

    /** Returns whether the object under the upload's key may belong to another upload. */
    async isKeyShared(id: string): Promise<boolean> {
      return this.ledger.read(() => {
        const claims = findRecord(this.#sql, id)?.claims;
        return claims === undefined || isKeyShared(this.#sql, claims);
      }, true);
    }

    async find(id: string): Promise<UploadRecord | undefined> {
      return this.ledger.read(() => findRecord(this.#sql, id), undefined);
    }

    async findByKey(key: string, stores: readonly string[]): Promise<readonly UploadRecord[]> {
      return this.ledger.read(() => findByKey(this.#sql, key, stores), []);
    }

    async list(query: PageQuery): Promise<Page> {
      return this.ledger.read(() => readList(this.#sql, query), { uploads: [], next: undefined });
    }

    async settle(id: string, outcome: Outcome): Promise<UploadRecord | undefined> {
      return this.ledger.change((nowMs) => this.#settle(id, outcome, { nowMs, by: "request" }));
    }

    async undo({ jti, uploadId }: UploadClaims): Promise<boolean> {
      return this.ledger.change((nowMs) => {
        const { claims, status } = findRecord(this.#sql, jti) ?? {};
        if (!claims || ![undefined, uploadId].includes(claims.uploadId)) return false;
        // A caller who has aborted it meanwhile wants no other one.
        if (status === "pending") forgetRequest(this.#sql, jti);
        this.#settle(jti, { status: "aborted" }, { nowMs, by: "request" });
        return true;
      });
    }

    async release(id: string): Promise<void> {
      return this.ledger.change(() => release(this.#sql, id));
    }

    async forgetObject(object: DeletedObject): Promise<void> {
      await this.ledger.read(() => undefined, undefined);
      if (this.ledger.countsStored)
        await this.ledger.change((nowMs) => forgetObject(this.#sql, object, nowMs));
    }

    async hold(id: string, { holder, forMs }: Hold): Promise<Held | undefined> {
      return this.ledger.change((nowMs) =>
        hold(this.#sql, id, { holder, untilMs: nowMs + forMs, nowMs }),
      );
    }

    async letGo(id: string, end: LetGo): Promise<void> {
      return this.ledger.change(() => letGo(this.#sql, id, end));
    }

    async noteDeletion(object: DeletedObject): Promise<void> {
      return this.ledger.change(() => noteDeletion(this.#sql, object));
    }

    async readRevocations(knownVersion: string | undefined): Promise<RevocationList> {
      return this.#revocations.readRevocations(knownVersion);
    }

    async revoke(revocation: Revocation): Promise<RevokeResult> {
      return this.#revocations.revoke(revocation);
    }

    /** Never throws: the platform retries an alarm only a few times, and then drops it. */
    override async alarm(): Promise<void> {
      this.ledger.alarmHasCome();
      if (!isReady(getDependencies)) {
        await this.ctx.storage.setAlarm(Date.now() + FIVE_MINUTES_MS);
        return;
      }
      if (!(await this.#attempt(async () => this.ledger.open()))) {
        await this.ctx.storage.setAlarm(Date.now() + FIVE_MINUTES_MS);
        return;
      }
      await this.#attempt(async () => handleDueUploads(this.#sql, this.#alarmDependencies()));
      await this.#attempt(async () => {
        if (this.ledger.countsStored) await lookAtStored(this.#sql, this.#dependencies);
      });
      await this.#attempt(async () => {
        const { deliver } = this.#dependencies;
        if (deliver) await sendDue(this.#sql, deliver, this.#dependencies);
      });
      await this.#attempt(async () => this.reportStuck());
      await this.ledger.schedule();
    }

    #alarmDependencies(): AlarmDependencies {
      const dependencies = this.#dependencies;
      const { cleanUp, quotaOf, now } = dependencies;
      return {
        ...dependencies,
        promote: async (claims) => dependencies.promote(claims, this.#gateOf(claims)),
        cleanUp: async (claims, isLast) => {
          const shared = isKeyShared(this.#sql, claims);
          const found = await cleanUp(claims, { isKeyShared: shared, isLast });
          // It may have been counted as a leftover before.
          if (found.kind === "deleted" && quotaOf(claims.policy)?.objects !== undefined)
            await this.forgetObject({ key: ticketKeyOf(claims), stores: [claims.store] });
          return found;
        },
        countLeftover: (claims, object) =>
          this.ledger.transact(() => {
            const quota = quotaOf(claims.policy);
            this.ledger.prepareFor(quota);
            countLeftover(this.#sql, { claims, object, quota }, now());
          }),
        settle: (id, outcome) =>
          void this.ledger.transact(() => this.#settle(id, outcome, { nowMs: now(), by: "alarm" })),
      };
    }

    /** The alarm is one promotion at a time of each upload. */
    #gateOf({ jti }: UploadClaims): PromotionGate {
      const holder = ALARM;
      const { now } = this.#dependencies;
      return {
        hold: async (forMs) =>
          this.ledger.transact(() =>
            hold(this.#sql, jti, { holder, untilMs: now() + forMs, nowMs: now() }),
          ),
        letGo: async (isOver) =>
          this.ledger.transact(() => letGo(this.#sql, jti, { holder, isOver })),
      };
    }

    #settle(id: string, outcome: Outcome, { nowMs, by }: Settling): UploadRecord | undefined {
      const before = findRecord(this.#sql, id);
      if (!before) return undefined;
      const { claims, status } = before;
      const { quotaOf, deliver } = this.#dependencies;
      const quota = quotaOf(claims.policy);
      this.ledger.prepareFor(quota);
      const settled = settle(this.#sql, id, outcome, {
        quota,
        hasWebhook: deliver !== undefined,
        nowMs,
        cleanUpAtMs: lastArrivalMs(claims),
      });
      if (settled && settled.status !== status) reportSettled(this.#dependencies, settled, by);
      return settled;
    }

    async #attempt(work: () => Promise<void>): Promise<boolean> {
      try {
        await work();
        return true;
      } catch (error) {
        this.#dependencies.log("alarm-failed", { reason: describeError(error) });
        return false;
      }
    }
  };
}
