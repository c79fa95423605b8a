/** Figures of a run, for all users or for the one team. */
import type { Outcome } from "./run-scenario.ts";
import { BUCKET_MINUTES, PEAK_SHARE, type Bucket, type Group } from "./scenario.ts";
import type { Usage } from "../../cli/costs/usage.ts";

/** A column of buckets as it is for all users, or for the team. */
export type Series = readonly number[];

const BUCKET_SECONDS = BUCKET_MINUTES * 60;
const MINUTES_A_DAY = 24 * 60;

/**
 * The factor from the sample to all users. The team is simulated as a whole. The directory writes down no more
 * than a thousand ledgers, however many call it.
 */
function factorOf({ scenario }: Outcome, group: Group, name: keyof Bucket): number {
  if (group === "team" || (group === "directory" && name === "rowsWritten")) return 1;
  return scenario.users / scenario.sampledUsers;
}

/** How many there were a second, in each bucket of the days with users. */
export function rateOf(outcome: Outcome, group: Group, name: keyof Bucket): Series {
  const factor = factorOf(outcome, group, name);
  return bucketsOf(outcome, group).map((bucket) => (bucket[name] * factor) / BUCKET_SECONDS);
}

/** How many there were at the end of each bucket. */
export function levelOf(outcome: Outcome, group: Group, name: "pending" | "messages"): Series {
  const factor = factorOf(outcome, group, name);
  return bucketsOf(outcome, group).map((bucket) => bucket[name] * factor);
}

/** The share of the time that the alarm of the team's ledger was at work. */
export function busyOf(outcome: Outcome): Series {
  return bucketsOf(outcome, "team").map(({ alarmMs }) =>
    Math.min(1, alarmMs / 1000 / BUCKET_SECONDS),
  );
}

export function peakOf(series: Series): number {
  return Math.max(...series);
}

/** The hours from `fromHour` until the level is at most `level`, in steps of a bucket. */
export function hoursUntil(series: Series, fromHour: number, level: number): number {
  const first = (fromHour * 60) / BUCKET_MINUTES;
  const index = series.findIndex((value, at) => at >= first && value <= level);
  return index < 0 ? Number.NaN : ((index + 1 - first) * BUCKET_MINUTES) / 60;
}

/** How many there were in all, after the last day too. */
export function totalOf(outcome: Outcome, group: Group, name: keyof Bucket): number {
  const sampled = outcome.buckets[group].reduce((total, bucket) => total + bucket[name], 0);
  return sampled * factorOf(outcome, group, name);
}

/** What all of it used, after the last day too, without the deletion of records. Users have the directory, too. */
export function usageOf(outcome: Outcome, group: Group): Usage {
  const sum = (name: keyof Bucket) =>
    totalOf(outcome, group, name) + (group === "users" ? totalOf(outcome, "directory", name) : 0);
  return {
    workerRequests: sum("tickets") + sum("completions") + sum("refused") + sum("unavailable"),
    calls: sum("calls"),
    alarms: sum("alarms"),
    rowsRead: sum("rowsRead"),
    rowsWritten: sum("rowsWritten"),
    alarmMs: sum("alarmMs"),
    queueMessages: 0,
    storeWrites: sum("tickets"),
    storeReads: sum("heads"),
  };
}

/** How far the sample may be from all users, as shares: 95 of 100 samples are nearer. */
export function samplingErrorOf({ scenario, verdict: { uploadsOfUsers } }: Outcome): {
  readonly ofTotal: number;
  /** Of the busiest bucket. */
  readonly ofPeak: number;
} {
  const count = uploadsOfUsers.length;
  const mean = uploadsOfUsers.reduce((sum, value) => sum + value, 0) / count;
  const variance =
    uploadsOfUsers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, count - 1);
  const relative = variance / mean ** 2;
  // Users come once a day, so that what they bring on one day varies that much more.
  const visits = (scenario.sampledUsers * PEAK_SHARE * BUCKET_MINUTES) / MINUTES_A_DAY;
  return {
    ofTotal: 1.96 * Math.sqrt(relative / count),
    ofPeak: 1.96 * Math.sqrt((relative * scenario.days) / visits),
  };
}

function bucketsOf({ buckets, scenario }: Outcome, group: Group): readonly Bucket[] {
  return buckets[group].slice(0, (scenario.days * 24 * 60) / BUCKET_MINUTES);
}
