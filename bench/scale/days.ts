/** The tables of docs/scale.md about the two runs: quiet days, and days on which much fails. */
import { about, dollars, percent } from "../../cli/costs/format.ts";
import { STORED_GB_MONTH, type PRICES } from "../../cli/costs/published.ts";
import { table } from "./table.ts";
import type { Result } from "./result.ts";
import type { Outcome } from "./run-scenario.ts";
import type { Bucket, Group } from "./scenario.ts";
import { busyOf, levelOf, peakOf, rateOf, totalOf, usageOf } from "./summarize.ts";
import { priceOf, toUnits } from "../../cli/costs/usage.ts";

type Row = readonly [label: string, value: (outcome: Outcome) => string];

const peakRate =
  (group: Group, name: keyof Bucket) =>
  (outcome: Outcome): string =>
    about(peakOf(rateOf(outcome, group, name)));
const most =
  (group: Group, name: "pending" | "messages") =>
  (outcome: Outcome): string =>
    about(peakOf(levelOf(outcome, group, name)));
const units =
  (group: Group, name: keyof typeof PRICES) =>
  (outcome: Outcome): string =>
    about(toUnits(usageOf(outcome, group))[name]);

/** All users. */
export function usersTable(result: Result): string {
  return compare(result, "a million users, two days", [
    ["tickets", (outcome) => about(usageOf(outcome, "users").storeWrites)],
    ["tickets a second, at most", peakRate("users", "tickets")],
    ["calls of ledgers a second, at most", peakRate("users", "calls")],
    ["alarms a second, at most", peakRate("users", "alarms")],
    ["calls of the directory a second, at most", peakRate("directory", "calls")],
    ["webhooks a second, at most", peakRate("users", "sent")],
    ["webhooks that wait, at most", most("users", "messages")],
    ["pending uploads, at most", most("users", "pending")],
    ["webhooks sent", (outcome) => about(totalOf(outcome, "users", "sent"))],
    ["calls and alarms of ledgers", units("users", "ledgerRequests")],
    ["rows written", units("users", "rowsWritten")],
    ["rows read", units("users", "rowsRead")],
    ["GB-seconds of ledgers", units("users", "gbSeconds")],
    [
      "all of it, without the deletion of records",
      (outcome) => dollars(priceOf(usageOf(outcome, "users"))),
    ],
    ["the database of a ledger", ({ verdict }) => `${about(verdict.ledgerBytes.users / 1000)} kB`],
    [
      "all databases, for a month",
      ({ scenario, verdict }) =>
        dollars((scenario.users * verdict.ledgerBytes.users * STORED_GB_MONTH.dollars) / 1e9),
    ],
  ]);
}

/** The one team, whose members share a ledger. */
export function teamTable(result: Result): string {
  const { teamUsers } = result.bad.scenario;
  return compare(result, `a team of ${about(teamUsers)}, two days`, [
    ["tickets", (outcome) => about(usageOf(outcome, "team").storeWrites)],
    ["its alarm is at work, at most", (outcome) => percent(peakOf(busyOf(outcome)))],
    ["an alarm comes late, at most", latest],
    ["webhooks that wait, at most", most("team", "messages")],
    ["pending uploads, at most", most("team", "pending")],
    ["its database", ({ verdict }) => `${about(verdict.ledgerBytes.team / 1e6)} MB`],
  ]);
}

function latest({ buckets }: Outcome): string {
  return `${about(Math.max(...buckets.team.map(({ latestMs }) => latestMs)) / 1000)} s`;
}

function compare({ quiet, bad }: Result, name: string, rows: readonly Row[]): string {
  return table(
    [name, "quiet", "store and receiver down"],
    rows.map(([label, value]) => [label, value(quiet), value(bad)]),
  );
}
