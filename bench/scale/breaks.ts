/** The answers of docs/scale.md: what breaks first, from which size on, and what to do. */
import { about, dollars } from "../../cli/costs/format.ts";
import { LIMITS, PRICES } from "../../cli/costs/published.ts";
import { table } from "./table.ts";
import type { Result } from "./result.ts";
import type { Outcome } from "./run-scenario.ts";
import { BUCKET_MINUTES, PEAK_SHARE } from "./scenario.ts";
import { hoursUntil, levelOf, peakOf, rateOf, usageOf } from "./summarize.ts";
import { priceOf, type Usage } from "../../cli/costs/usage.ts";

/** What a receiver that refuses takes to do so. */
const REFUSAL_MS = 100;
const DAYS_A_MONTH = 30;
const SECONDS_A_DAY = 86_400;
/** An alarm sends six webhooks, and gives them up after 15 seconds. */
const HUNG_WEBHOOKS_AN_HOUR = (6 * 3600) / 15;

export function breaksTable({ usages, quiet, bad }: Result): string {
  const { users, uploadsPerDay, storeDown, receiverDown } = bad.scenario;
  const usual = peakOf(rateOf(quiet, "users", "sent"));
  const back = rateAfter(bad, receiverDown?.toHour ?? 0);
  const waiting = peakOf(levelOf(bad, "users", "messages"));
  const more = priceOf(usageOf(bad, "users")) - priceOf(usageOf(quiet, "users"));
  const refused = priceOf(ifRefused(usageOf(bad, "users"))) - priceOf(usageOf(quiet, "users"));
  const month = users * uploadsPerDay * DAYS_A_MONTH;
  const { webhook } = usages;
  const stuck = peakOf(rateOf(bad, "directory", "calls"));
  const perSecond = LIMITS.objectRequestsPerSecond.value / (webhook.calls + webhook.alarms);
  const pending = levelOf(bad, "users", "pending");
  const settled = hoursUntil(
    pending,
    storeDown?.toHour ?? 0,
    2 * peakOf(levelOf(quiet, "users", "pending")),
  );
  return table(
    ["what breaks", "when", "what to do"],
    [
      [
        "The receiver of webhooks, once it is back",
        `After a day without it, ${about(waiting)} webhooks wait. They come within about an hour: ${about(back)} a second, ${about(back / usual)} times the usual peak`,
        "Answer 2xx at once, and do the work later. What it refuses comes again an hour later, for three days",
      ],
      [
        "The bill, while the receiver hangs",
        `That day costs ${dollars(more)} more: Cloudflare bills a ledger for the 15 seconds that it waits. If the receiver refused at once, ${dollars(refused)}`,
        "Let what is in front of the receiver answer 503 within a second. Alert on `webhook-failed`, and set a spending notification",
      ],
      [
        "The bill, on any day",
        `${dollars(month * priceOf(webhook))} a month, of which ${dollars((month / 1e6) * PRICES.rowsWritten.perMillion * webhook.rowsWritten)} are rows that ledgers write`,
        "Give a `quota` only to policies that need one. Without a webhook an upload writes four rows less",
      ],
      [
        "A team's webhooks, while the receiver hangs",
        `From ${about(HUNG_WEBHOOKS_AN_HOUR)} that wait in one ledger: its alarm sends six in 15 seconds, so that a retry comes less often than hourly. Tickets and completions do not wait. An upload that nobody completes is settled some seconds late`,
        "The same: refuse, and do not hang",
      ],
      [
        "The list of what is stuck, while the receiver is down",
        `One directory hears of each ledger that is stuck, hourly: ${about(stuck)} calls a second at most. Cloudflare's soft limit is reached from ${about((users * LIMITS.objectRequestsPerSecond.value) / stuck)} users on`,
        "Nothing: tickets, completions and webhooks do not wait for it, and what it misses it hears an hour later. Look into the log instead",
      ],
      [
        "One ledger",
        `At ${about(perSecond)} uploads a second, by Cloudflare's soft limit. That is a team of ${about(membersAt(perSecond, uploadsPerDay))} people of this kind; a job gets there sooner`,
        "Take a smaller claim for `quotaFor`, or leave the quota to each user",
      ],
      [
        "Nothing, while the store is down for an hour",
        `Users who try again ask for ${about(peakOf(rateOf(bad, "users", "tickets")) / peakOf(rateOf(quiet, "users", "tickets")))} times the tickets of the usual peak, and ${about(peakOf(pending))} uploads are pending. ${about(60 * settled)} minutes after the store is back they are settled`,
        "Leave room in `quota.pending`: each try takes a place until 15 minutes after its ticket expires",
      ],
    ],
  );
}

/** The most that are sent a second in the hour that begins then. */
function rateAfter(outcome: Outcome, hour: number): number {
  const first = (hour * 60) / BUCKET_MINUTES;
  return peakOf(rateOf(outcome, "users", "sent").slice(first, first + 60 / BUCKET_MINUTES));
}

/** The same alarms, with a receiver that refuses at once. */
function ifRefused(usage: Usage): Usage {
  return { ...usage, alarmMs: usage.alarms * REFUSAL_MS };
}

/** How many people upload so much at the peak of the day. */
function membersAt(uploadsPerSecond: number, uploadsPerDay: number): number {
  return uploadsPerSecond / ((PEAK_SHARE * uploadsPerDay) / SECONDS_A_DAY);
}
