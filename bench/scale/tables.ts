/** The tables of docs/scale.md that follow from published numbers and from counting: a test holds the page to them. */
import { about, dollars, group } from "../../cli/costs/format.ts";
import { LIMITS, PAGES, PRICES, STORE_PRICES, type Page } from "../../cli/costs/published.ts";
import { priceOf, storePriceOf, type Usage } from "../../cli/costs/usage.ts";
import { MODES, MODE_NAMES, type Counted } from "./modes.ts";
import { table } from "./table.ts";

export type Usages = Readonly<Record<Counted, Usage>>;

const link = (page: Page) => `[${PAGES[page].name}](${PAGES[page].url})`;

/** What an upload of each mode uses, and what a million of them cost. */
export function modesTable(usages: Usages): string {
  const rows = MODE_NAMES.map((mode) => {
    const usage = usages[mode];
    const { workerRequests, calls, alarms, rowsRead, rowsWritten } = usage;
    return [
      MODES[mode],
      ...[workerRequests, calls + alarms, rowsRead, rowsWritten].map(String),
      dollars(1e6 * priceOf(usage)),
      ...(["r2", "s3"] as const).map((store) => dollars(1e6 * storePriceOf(usage, store))),
    ];
  });
  const head = [
    "an upload",
    "requests",
    "to its ledger",
    "rows read",
    "rows written",
    "price of a million",
    "R2 requests",
    "S3 requests",
  ];
  return table(head, rows);
}

export function pricesTable(): string {
  const rows = Object.values(PRICES).map(({ label, perMillion, included, page }) => [
    label,
    dollars(perMillion),
    about(included),
    link(page),
  ]);
  const stores = Object.values(STORE_PRICES).map(
    ({ title, write, read, includedWrites, includedReads, page }) => [
      `${title}: a PUT, part, POST or list; a HEAD or GET`,
      `${dollars(write)}; ${dollars(read)}`,
      includedWrites > 0 ? `${about(includedWrites)}; ${about(includedReads)}` : "",
      link(page),
    ],
  );
  return table(["what", "a million", "included in a month", "source"], [...rows, ...stores]);
}

/** What each limit allows, by what an upload with a quota and a webhook uses. */
export function limitsTable({ webhook }: Usages): string {
  const requests = webhook.calls + webhook.alarms;
  const { objectRequestsPerSecond, queueConsumers, freeRowsWrittenPerDay } = LIMITS;
  const meanings: readonly (readonly [keyof typeof LIMITS, string, string])[] = [
    [
      "objectRequestsPerSecond",
      "requests a second to one Durable Object, a soft limit",
      `${about(objectRequestsPerSecond.value / requests)} uploads a second in one ledger, at ${requests} requests each`,
    ],
    [
      "objectStorageGb",
      "GB in one Durable Object",
      "10,000 ended records, the most that a ledger keeps, take about 14 MB. `stored` adds a row for each object",
    ],
    [
      "alarmsPerObject",
      "alarm for each Durable Object, at a time",
      "A run handles ten uploads and sends six webhooks. The rest waits for the next run",
    ],
    [
      "alarmMinutes",
      "minutes for one alarm",
      "A run in which neither the store nor the receiver answers takes about one",
    ],
    [
      "connections",
      "open connections of one invocation",
      "A run sends six webhooks at once, and asks the store about ten uploads in two rounds",
    ],
    ["subrequests", "subrequests of one invocation", "A batch of 25 completions sends about 125"],
    [
      "cpuSeconds",
      "seconds of CPU for one invocation",
      "`wrangler.toml` allows one second; a ticket takes a thousandth of it",
    ],
    [
      "memoryMb",
      "MB for an isolate, which many ledgers share",
      "A ledger keeps in memory only the time of its next alarm",
    ],
    [
      "queueMessagesPerSecond",
      "messages a second in one queue",
      "Bucket events: uploads and deletions of one bucket together",
    ],
    [
      "queueConsumers",
      "consumers of one queue at once",
      `Five events each at once: ${group(queueConsumers.value * 5)} are settled at the same time`,
    ],
    [
      "freeRequestsPerDay",
      "requests a day on the Free plan",
      "50,000 uploads a day without a quota",
    ],
    [
      "freeRowsWrittenPerDay",
      "rows written a day on the Free plan",
      `${about(freeRowsWrittenPerDay.value / webhook.rowsWritten)} uploads a day with a quota and a webhook`,
    ],
  ];
  const rows = meanings.map(([name, what, meaning]) => {
    const { value, page } = LIMITS[name];
    return [`${group(value)} ${what}`, meaning, link(page)];
  });
  return table(["Cloudflare allows", "what this means here", "source"], rows);
}
