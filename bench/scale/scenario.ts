/** What is simulated: who uploads when, and what fails when. The Worker and the command share it. */
import * as z from "zod/mini";

const outage = z.object({ fromHour: z.number(), toHour: z.number() });

export const scenarioSchema = z.object({
  seed: z.int(),
  /** How many users there are, and how many of them are simulated. */
  users: z.int(),
  sampledUsers: z.int(),
  /** The members of one team with a quota of its own: all of them are simulated. */
  teamUsers: z.int(),
  /** The mean of what a user uploads in one sitting, once a day. */
  uploadsPerDay: z.number(),
  /** How long users come. After that only alarms go off. */
  days: z.int(),
  storeDown: z.optional(outage),
  receiverDown: z.optional(z.extend(outage, { how: z.enum(["refuses", "hangs"]) })),
});
export type Scenario = z.output<typeof scenarioSchema>;

/** The directory is the one ledger that lists those of both others that are stuck. */
export const GROUPS = ["users", "team", "directory"] as const;
export type Group = (typeof GROUPS)[number];

/** Whose uploads are in a ledger. */
export type Owner = Exclude<Group, "directory">;

/** What happened in a part of the time, to one group. */
export interface Bucket {
  /** Answers of the service, by what was asked: tickets that were given, refused for a quota, completions, and 5xx. */
  tickets: number;
  refused: number;
  completions: number;
  unavailable: number;
  /** Calls of ledgers, and alarms that went off. */
  calls: number;
  alarms: number;
  rowsRead: number;
  rowsWritten: number;
  /** Webhooks that were sent, accepted or not. */
  sent: number;
  /** HEAD requests to the store. */
  heads: number;
  /** How long alarms were at work, in milliseconds of the virtual clock. */
  alarmMs: number;
  /** The longest time that an alarm came after what it was set to, in milliseconds. */
  latestMs: number;
  /** At the end of the bucket. */
  pending: number;
  messages: number;
}

export const BUCKET_MINUTES = 30;

/** At the busiest hour of the day so many times as many users come as on average. */
export const PEAK_SHARE = 1.8;

/** What did not hold at the end, as sentences, and how the uploads ended. */
export interface Verdict {
  readonly violations: readonly string[];
  readonly uploads: Readonly<Record<Owner, Readonly<Record<string, number>>>>;
  /** Uploads of each ledger of a sampled user: the sampling error follows from them. */
  readonly uploadsOfUsers: readonly number[];
  /** The size of a ledger's database, on average. */
  readonly ledgerBytes: Readonly<Record<Owner, number>>;
}

/** Two days on which nothing fails. */
export function quietDays(size: Pick<Scenario, "seed" | "sampledUsers" | "teamUsers">): Scenario {
  return { users: 1_000_000, uploadsPerDay: 3, days: 2, ...size };
}
