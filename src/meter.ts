/**
 * Writes what happened as data points of a dataset of Workers Analytics Engine. docs/metrics.md has the
 * columns. A write waits for nothing, and has no answer.
 */
import { describeError, type Log } from "./log.ts";
import type { ProblemCode } from "./problem.ts";

/** What has become of an upload. */
interface Ended {
  readonly policy: string;
  readonly store: string;
  readonly outcome: string;
  /** Who has found out: somebody's request, or the ledger's alarm. */
  readonly detail: "request" | "alarm";
  /** What is stored. */
  readonly bytes: number;
  readonly ms: number;
}

/** What happened. Names are those of the configuration, never what a client sent. */
export type Point =
  | {
      /** A ticket was given or refused. */
      readonly kind: "ticket";
      readonly policy: string | undefined;
      readonly store?: string;
      readonly outcome: "ok" | ProblemCode;
      readonly detail: "upload" | "download" | "credentials";
      /** The most that the ticket can store. */
      readonly bytes?: number;
    }
  | {
      /** A request got a problem. */
      readonly kind: "refusal";
      readonly outcome: ProblemCode;
      /** The pattern of its route. */
      readonly detail: string;
    }
  | (Ended & {
      /** An upload has ended: `ms` since its ticket was given. */
      readonly kind: "settled";
    })
  | (Ended & {
      /** The check of a file under quarantine has ended, or its first try has not: `ms` since it began. */
      readonly kind: "check";
      /** Tries that gave no result. */
      readonly attempts: number;
    })
  | {
      /** A scanner was asked. */
      readonly kind: "scan";
      readonly policy: string;
      readonly store: string;
      readonly outcome: "clean" | "infected" | "failed";
      /** What it was asked about. */
      readonly bytes: number;
      /** How long it took. */
      readonly ms: number;
    }
  | {
      /** One attempt to send a webhook. */
      readonly kind: "webhook";
      readonly outcome: "accepted" | "failed" | "gone" | "dropped";
      /** Since its message was written. */
      readonly ms: number;
      readonly attempts: number;
    }
  | {
      /** A call of a ledger has failed. */
      readonly kind: "ledger";
      readonly outcome: "failed";
    };

export type Meter = (point: Point) => void;

/** The binding `METRICS`, as far as it is used. */
export interface MetricsDataset {
  readonly writeDataPoint: (point: DataPoint) => void;
}

interface DataPoint {
  readonly indexes: string[];
  readonly blobs: string[];
  readonly doubles: number[];
}

interface Dependencies {
  readonly deployment: string | undefined;
  readonly log: Log;
}

/** Returns `undefined` where `wrangler.toml` has no binding `METRICS`. */
export function createMeter(
  dataset: MetricsDataset | undefined,
  { deployment, log }: Dependencies,
): Meter | undefined {
  if (!dataset) return undefined;
  let hasFailed = false;
  return (point) => {
    try {
      dataset.writeDataPoint(toDataPoint(point, deployment));
    } catch (error) {
      // More than the platform takes from one request, say. It must not fail for that.
      if (!hasFailed) log("metrics-failed", { reason: describeError(error) });
      hasFailed = true;
    }
  };
}

const MAX_INDEX_CHARACTERS = 96;

/** The index is what the platform samples by: each policy apart, so that a busy one hides no other. */
function toDataPoint(point: Point, deployment = ""): DataPoint {
  const { kind, policy, store, outcome, detail, bytes, ms, attempts }: Columns = point;
  return {
    indexes: [`${kind} ${policy ?? ""}`.slice(0, MAX_INDEX_CHARACTERS)],
    blobs: [kind, policy ?? "", store ?? "", outcome, detail ?? "", deployment],
    doubles: [bytes ?? 0, ms ?? 0, attempts ?? 0],
  };
}

/** Every column, in the order of docs/metrics.md. */
interface Columns {
  readonly kind: string;
  readonly policy?: string | undefined;
  readonly store?: string;
  readonly outcome: string;
  readonly detail?: string;
  readonly bytes?: number;
  readonly ms?: number;
  readonly attempts?: number;
}
