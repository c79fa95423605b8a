/**
 * The Durable Object of one caller: counters, records and the outbox, in SQLite. Limits come with each
 * call. All state is in storage.
 */
import type { DurableObject } from "cloudflare:workers";
import type { UploadClaims } from "../grant/upload-claims.ts";
import { grantOf } from "../audit/act.ts";
import { AdminLedgerObject } from "./admin-ledger.ts";
import { addEvents, recordAct } from "./audit-outbox.ts";
import type { Ledger as LedgerMethods } from "./client.ts";
import type { LedgerDependencies } from "./dependencies.ts";
import { forgetRequest } from "./earlier.ts";
import { findByKey } from "./find-by-key.ts";
import { hold, letGo, noteDeletion } from "./hold.ts";
import { readList } from "./list.ts";
import type { DeletedObject } from "./leftover.ts";
import type { Page, PageQuery } from "./page.ts";
import type { Held, Hold, LetGo } from "./promotion.ts";
import type { Outcome, UploadRecord } from "./record.ts";
import {
  UNUSED,
  remainingOf,
  type LimitedPolicy,
  type RemainingQuota,
  type Reservation,
  type ReservationResult,
} from "./limits.ts";
import { readQuota, reserve } from "./reserve.ts";
import type { RevocationLedger } from "./revocation.ts";
import { runAlarm } from "./run-alarm.ts";
import { attach, findRecord, isKeyShared, release } from "./settle.ts";
import { settleUpload } from "./settle-upload.ts";
import { forgetObject } from "./stored.ts";

/** The class that the Worker exports. */
export type LedgerClass = new (
  state: DurableObjectState,
  env: Cloudflare.Env,
) => DurableObject & LedgerMethods & RevocationLedger;

/** Returns the class that the Worker exports. `getDependencies` throws for an invalid configuration. */
export function createLedgerClass(getDependencies: () => LedgerDependencies): LedgerClass {
  return class Ledger extends AdminLedgerObject {
    constructor(state: DurableObjectState, env: Cloudflare.Env) {
      super(state, env, getDependencies);
    }

    get #sql(): SqlStorage {
      return this.ledger.sql;
    }

    async reserve(reservations: readonly Reservation[]): Promise<readonly ReservationResult[]> {
      return this.ledger.change((nowMs) =>
        reservations.map((item) => {
          this.ledger.prepareFor(item.quota);
          const result = reserve(this.#sql, item, nowMs);
          if (result.isAdmitted && !result.earlier) {
            const { audit } = getDependencies();
            recordAct(this.ledger, grantOf(item.claims), { audit, nowMs });
          }
          return result;
        }),
      );
    }

    async readQuotas(policies: readonly LimitedPolicy[]): Promise<readonly RemainingQuota[]> {
      const nowMs = getDependencies().now();
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
      return this.ledger.change((nowMs) => this.#settle(id, outcome, nowMs));
    }

    async undo({ jti, uploadId }: UploadClaims): Promise<boolean> {
      return this.ledger.change((nowMs) => {
        const { claims, status } = findRecord(this.#sql, jti) ?? {};
        if (!claims || ![undefined, uploadId].includes(claims.uploadId)) return false;
        // A caller who has aborted it meanwhile wants no other one.
        if (status === "pending") forgetRequest(this.#sql, jti);
        this.#settle(jti, { status: "aborted" }, nowMs);
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
      const { meter } = getDependencies();
      return this.ledger.change((nowMs) => letGo(this.#sql, id, { ...end, meter, nowMs }));
    }

    async noteDeletion(object: DeletedObject): Promise<void> {
      return this.ledger.change(() => noteDeletion(this.#sql, object));
    }

    async addEvents(events: readonly string[]): Promise<void> {
      return this.ledger.change((nowMs) => addEvents(this.ledger, events, nowMs));
    }

    override async alarm(): Promise<void> {
      const { ledger } = this;
      await runAlarm({ ledger, id: this.ctx.id.toString(), getDependencies });
    }

    #settle(id: string, outcome: Outcome, nowMs: number): UploadRecord | undefined {
      return settleUpload(this.ledger, { id, outcome, nowMs, by: "request" }, getDependencies());
    }
  };
}
