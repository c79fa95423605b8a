/**
 * The real Durable Object, with SQLite, behind the virtual clock: alarms go off when that says so, and an
 * object that nobody has asked for a while is read from its storage again.
 */
import { DurableObject } from "cloudflare:workers";
import type { LedgerDependencies } from "../../../src/ledger/dependencies.ts";
import { createLedgerClass, type LedgerClass } from "../../../src/ledger/durable-object.ts";
import { createMeter, type Meter, type Row, type Rows } from "./meter.ts";

/** What the ledgers of this isolate share. */
interface Platform {
  readonly now: () => number;
  readonly getDependencies: () => LedgerDependencies;
  readonly onAlarmSet: (id: string, atMs: number | undefined) => void;
}

let platform: Platform | undefined;

/** Every ledger of this isolate uses it from now on. */
export function usePlatform(one: Platform): void {
  platform = one;
}

function getPlatform(): Platform {
  if (platform) return platform;
  throw new TypeError("Cannot reach a ledger: the simulation has not started");
}

/** What a call returned, what it cost, and what waits in the ledger after it. */
export interface Called extends Rows {
  readonly value: unknown;
  readonly pending: number;
  readonly messages: number;
}

const NOTHING = { pending: 0, messages: 0 };
const BACKLOG = `SELECT (SELECT coalesce(sum(pending), 0) FROM usage) AS pending,
  (SELECT count(*) FROM message) AS messages`;

/** Cloudflare: "Lifecycle of a Durable Object". An idle object hibernates after ten seconds. */
const IDLE_MS = 10_000;

const RealLedger = createLedgerClass(() => getPlatform().getDependencies());

export class Ledger extends DurableObject {
  #ledger: InstanceType<LedgerClass> | undefined;
  #usedAtMs = 0;
  #alarmAtMs: number | undefined;
  readonly #meter: Meter;

  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env);
    const { storage } = state;
    this.#meter = createMeter(storage.sql);
    const deleteAll = storage.deleteAll.bind(storage);
    storage.getAlarm = async () => this.#alarmAtMs ?? null;
    storage.setAlarm = async (atMs) => {
      this.#meter.countAlarm();
      this.#setAlarm(Number(atMs));
    };
    storage.deleteAll = async () => {
      this.#setAlarm(undefined);
      await deleteAll();
    };
  }

  /** Calls a method of the ledger, or its alarm. */
  async call(method: string, parameters: readonly unknown[]): Promise<Called> {
    const nowMs = getPlatform().now();
    if (nowMs - this.#usedAtMs >= IDLE_MS) this.#ledger = undefined;
    this.#usedAtMs = nowMs;
    this.#ledger ??= new RealLedger(this.ctx, this.env);
    if (method === "alarm") this.#alarmAtMs = undefined;
    this.#meter.take();
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a method of the ledger, by its name
    const work = Reflect.get(this.#ledger, method) as (...all: readonly unknown[]) => unknown;
    const value = await work.apply(this.#ledger, [...parameters]);
    const rows = this.#meter.take();
    const [{ pending, messages } = NOTHING] = this.hasTables() ? this.query(BACKLOG) : [];
    return { value, ...rows, pending: Number(pending), messages: Number(messages) };
  }

  /** Reads rows, for the invariants. */
  query(statement: string): readonly Row[] {
    return this.#meter.query(statement);
  }

  databaseBytes(): number {
    return this.ctx.storage.sql.databaseSize;
  }

  hasTables(): boolean {
    return this.query("SELECT 1 FROM sqlite_master WHERE name = 'upload'").length > 0;
  }

  #setAlarm(atMs: number | undefined): void {
    this.#alarmAtMs = atMs;
    getPlatform().onAlarmSet(this.ctx.id.toString(), atMs);
  }
}
