/**
 * What to ask the dataset of metrics: docs/metrics.md and the dashboard, which `npm run operations` writes.
 * The SQL is that of Workers Analytics Engine. A point may stand for several: `_sample_interval`.
 */

/** Of each column: what docs/metrics.md calls it, and what it holds. src/meter.ts writes them in this order. */
export const COLUMNS = [
  ["index1", "index", "Kind and policy. Cloudflare samples by this column"],
  ["blob1", "kind", "`ticket`, `refusal`, `settled`, `check`, `scan`, `webhook`, `ledger`"],
  [
    "blob2",
    "policy",
    "Of `ticket`, `settled`, `check` and `scan`: its name, or empty if there is no such policy",
  ],
  ["blob3", "store", "Of given tickets, `settled`, `check` and `scan`: its name"],
  [
    "blob4",
    "outcome",
    "Of `ticket` and `refusal`: `ok` or the code of the problem. Of `settled`: `completed`, `rejected`, `expired`, `aborted`. Of `check`: the same, or `waiting`, once, if the first attempt gave no result. Of `scan`: `clean`, `infected`, `failed`. Of `webhook`: `accepted`, `failed`, `gone`, `dropped`. Of `ledger`: `failed`",
  ],
  [
    "blob5",
    "detail",
    "Of `ticket`: `upload`, `download`, `credentials`. Of `refusal`: the pattern of the route. Of `settled` and `check`: what ended it, a `request` or the `alarm`",
  ],
  ["blob6", "deployment", "The id of the deployed version"],
  [
    "double1",
    "bytes",
    "Of `ticket`: the most that it can store. Of `settled` and `check`: the stored size, and 0 if not `completed`. Of `scan`: the size of the file",
  ],
  [
    "double2",
    "ms",
    "Of `settled`: since the ticket was given. Of `check`: since the first attempt began. Of `scan`: how long the scanner took. Of `webhook`: since the message was written",
  ],
  ["double3", "attempts", "Of `webhook`: including this one. Of `check`: those without a result"],
] as const;

interface Query {
  readonly title: string;
  /** What it answers. */
  readonly answers: string;
  readonly sql: string;
}

export const QUERIES: readonly Query[] = [
  {
    title: "Tickets by policy and outcome",
    answers: "How many tickets were given and refused today, and for how many bytes.",
    sql: `SELECT blob2 AS policy, blob5 AS ticket, blob4 AS outcome,
  SUM(_sample_interval) AS tickets,
  SUM(_sample_interval * double1) AS bytes
FROM edge_presigner
WHERE blob1 = 'ticket' AND timestamp > NOW() - INTERVAL '1' DAY
GROUP BY policy, ticket, outcome
ORDER BY tickets DESC`,
  },
  {
    title: "Who is refused, and why",
    answers: "The routes and codes of the last hour, the most frequent first.",
    sql: `SELECT blob5 AS route, blob4 AS code, SUM(_sample_interval) AS refusals
FROM edge_presigner
WHERE blob1 = 'refusal' AND timestamp > NOW() - INTERVAL '1' HOUR
GROUP BY route, code
ORDER BY refusals DESC
LIMIT 50`,
  },
  {
    title: "Bytes promised and settled",
    answers:
      "The bytes that tickets allowed in the last month, and the bytes that have arrived. A large difference means files without a size, or clients that give up.",
    sql: `SELECT blob2 AS policy,
  sumIf(_sample_interval * double1, blob1 = 'ticket') AS promised,
  sumIf(_sample_interval * double1, blob1 = 'settled') AS settled
FROM edge_presigner
WHERE timestamp > NOW() - INTERVAL '30' DAY
  AND ((blob1 = 'ticket' AND blob4 = 'ok' AND blob5 = 'upload')
    OR (blob1 = 'settled' AND blob4 = 'completed'))
GROUP BY policy
ORDER BY settled DESC`,
  },
  {
    title: "How long an upload takes",
    answers: "From the ticket to the completion, in seconds: the median, and the 95th percentile.",
    sql: `SELECT blob2 AS policy,
  SUM(_sample_interval) AS uploads,
  quantileExactWeighted(0.5)(double2, _sample_interval) / 1000 AS half,
  quantileExactWeighted(0.95)(double2, _sample_interval) / 1000 AS most
FROM edge_presigner
WHERE blob1 = 'settled' AND blob4 = 'completed' AND timestamp > NOW() - INTERVAL '1' DAY
GROUP BY policy
ORDER BY uploads DESC`,
  },
  {
    title: "How uploads end",
    answers:
      "By status, and by what ended them. If the alarm completes many, there are clients that never call `complete`.",
    sql: `SELECT blob2 AS policy, blob4 AS status, blob5 AS found_by, SUM(_sample_interval) AS uploads
FROM edge_presigner
WHERE blob1 = 'settled' AND timestamp > NOW() - INTERVAL '1' DAY
GROUP BY policy, status, found_by
ORDER BY uploads DESC`,
  },
  {
    title: "Files that wait for their check",
    answers:
      "How many files under [quarantine](quarantine.md) wait now, because their scanner gave no verdict or a store has failed: those that began to wait in the last month, less those that have ended.",
    sql: `SELECT blob2 AS policy,
  sumIf(_sample_interval, blob4 = 'waiting')
    - sumIf(_sample_interval, blob4 != 'waiting' AND double3 > 0) AS waiting
FROM edge_presigner
WHERE blob1 = 'check' AND timestamp > NOW() - INTERVAL '30' DAY
GROUP BY policy
ORDER BY waiting DESC`,
  },
  {
    title: "How long a check takes",
    answers:
      "From the first attempt to the end, in seconds. `late` counts checks that took more than ten seconds or more than one attempt: their clients got 202.",
    sql: `SELECT blob2 AS policy, blob4 AS status, blob5 AS found_by,
  SUM(_sample_interval) AS checks,
  sumIf(_sample_interval, double2 > 10000 OR double3 > 0) AS late,
  quantileExactWeighted(0.5)(double2, _sample_interval) / 1000 AS half,
  quantileExactWeighted(0.95)(double2, _sample_interval) / 1000 AS most
FROM edge_presigner
WHERE blob1 = 'check' AND blob4 != 'waiting' AND timestamp > NOW() - INTERVAL '1' DAY
GROUP BY policy, status, found_by
ORDER BY checks DESC`,
  },
  {
    title: "What scanners say",
    answers:
      "How often the verdict was clean or infected, how often there was none (`failed`), and how long scanners took, in seconds. Other rejected files have wrong first bytes, or differ from what was granted.",
    sql: `SELECT blob2 AS policy, blob4 AS verdict,
  SUM(_sample_interval) AS answers,
  quantileExactWeighted(0.5)(double2, _sample_interval) / 1000 AS half,
  quantileExactWeighted(0.95)(double2, _sample_interval) / 1000 AS most
FROM edge_presigner
WHERE blob1 = 'scan' AND timestamp > NOW() - INTERVAL '1' DAY
GROUP BY policy, verdict
ORDER BY answers DESC`,
  },
  {
    title: "Webhooks",
    answers: "The results of attempts, and the age of the oldest message in minutes.",
    sql: `SELECT blob4 AS outcome,
  SUM(_sample_interval) AS attempts,
  max(double2) / 60000 AS oldest_minutes
FROM edge_presigner
WHERE blob1 = 'webhook' AND timestamp > NOW() - INTERVAL '1' DAY
GROUP BY outcome
ORDER BY attempts DESC`,
  },
  {
    title: "Failures of a deployment",
    answers: "Whether the newest version fails more often than the one before.",
    sql: `SELECT blob6 AS deployment,
  sumIf(_sample_interval, blob1 = 'ticket') AS tickets,
  sumIf(_sample_interval, blob1 = 'refusal' AND blob4 IN ('internal', 'store-unavailable', 'ledger-unavailable', 'misconfigured')) AS failures
FROM edge_presigner
WHERE timestamp > NOW() - INTERVAL '1' DAY
GROUP BY deployment
ORDER BY tickets DESC`,
  },
];

export interface Alert {
  readonly name: string;
  readonly isAt: string;
  /** Answers with one number, `value`. */
  readonly sql: string;
  readonly reason: string;
  /** Where to read on. */
  readonly event: string;
}

export const ALERTS: readonly Alert[] = [
  {
    name: "misconfigured",
    isAt: "above 0",
    sql: `SELECT SUM(_sample_interval) AS value
FROM edge_presigner
WHERE blob1 = 'refusal' AND blob4 = 'misconfigured' AND timestamp > NOW() - INTERVAL '5' MINUTE`,
    reason: "Every request fails, or a policy's key may not delete. Somebody has to fix it.",
    event: "misconfigured",
  },
  {
    name: "failing",
    isAt: "above 1",
    sql: `SELECT 100 * sumIf(_sample_interval, blob1 = 'refusal') / sumIf(_sample_interval, blob1 = 'ticket') AS value
FROM edge_presigner
WHERE timestamp > NOW() - INTERVAL '10' MINUTE
  AND (blob1 = 'ticket'
    OR (blob1 = 'refusal' AND blob4 IN ('internal', 'store-unavailable', 'ledger-unavailable')))`,
    reason:
      "Failures for each 100 tickets. Clients retry a single failure. One in a hundred for ten minutes points to a store, a ledger or a release.",
    event: "request-failed",
  },
  {
    name: "silent",
    isAt: "below 1",
    sql: `SELECT SUM(_sample_interval) AS value
FROM edge_presigner
WHERE blob1 = 'ticket' AND blob4 = 'ok' AND timestamp > NOW() - INTERVAL '15' MINUTE`,
    reason:
      "No ticket was given for 15 minutes. If requests do not reach the Worker, it writes no refusals either: look at DNS, routes and your app's login. Choose an interval in which you always have traffic, or run `smoke` more often.",
    event: "request-refused",
  },
  {
    name: "ledgers",
    isAt: "above 10",
    sql: `SELECT SUM(_sample_interval) AS value
FROM edge_presigner
WHERE blob1 = 'ledger' AND timestamp > NOW() - INTERVAL '5' MINUTE`,
    reason:
      "A few are normal after a deployment, which restarts ledgers. Many point to one overloaded ledger, or to the platform.",
    event: "ledger-failed",
  },
  {
    name: "webhooks late",
    isAt: "above 60",
    sql: `SELECT max(double2) / 60000 AS value
FROM edge_presigner
WHERE blob1 = 'webhook' AND blob4 = 'failed' AND timestamp > NOW() - INTERVAL '70' MINUTE`,
    reason:
      "The age in minutes of the oldest message that has failed. The first retries take a quarter of an hour. After an hour, assume that the receiver is down. Messages are dropped after three days.",
    event: "webhook-failed",
  },
  {
    name: "webhooks lost",
    isAt: "above 0",
    sql: `SELECT SUM(_sample_interval) AS value
FROM edge_presigner
WHERE blob1 = 'webhook' AND blob4 IN ('dropped', 'gone') AND timestamp > NOW() - INTERVAL '1' HOUR`,
    reason: "The backend has missed an upload, and the message is not sent again.",
    event: "webhook-dropped",
  },
  {
    name: "nothing arrives",
    isAt: "above 30",
    sql: `SELECT 100 * sumIf(_sample_interval, blob4 = 'expired') / SUM(_sample_interval) AS value
FROM edge_presigner
WHERE blob1 = 'settled' AND blob4 IN ('completed', 'expired') AND timestamp > NOW() - INTERVAL '1' HOUR`,
    reason:
      "The percentage of uploads whose file never arrived. The store may refuse tickets: look at its CORS rule, the rights of the key, and the clock. The Worker itself sees no error. Only policies with a quota are counted.",
    event: "upload-settled",
  },
  {
    name: "no verdicts",
    isAt: "above 20",
    sql: `SELECT 100 * sumIf(_sample_interval, blob4 = 'failed') / SUM(_sample_interval) AS value
FROM edge_presigner
WHERE blob1 = 'scan' AND timestamp > NOW() - INTERVAL '15' MINUTE`,
    reason: "The percentage of scans without a verdict. The files wait, and expire after a week.",
    event: "scanner-failed",
  },
  {
    name: "locked out",
    isAt: "above 20",
    sql: `SELECT 100 * sumIf(_sample_interval, blob1 = 'refusal') / sumIf(_sample_interval, blob1 = 'ticket') AS value
FROM edge_presigner
WHERE timestamp > NOW() - INTERVAL '15' MINUTE
  AND (blob1 = 'ticket' OR (blob1 = 'refusal' AND blob4 = 'unauthenticated'))`,
    reason:
      "Failed authentications for each 100 tickets. Some expired tokens are normal. Many mean that an issuer's keys cannot be fetched, or that tokens are of another environment.",
    event: "request-refused",
  },
];

export interface Panel {
  readonly title: string;
  /** A unit of Grafana. */
  readonly unit: string;
  /** With the macros of its ClickHouse plugin, which fill in time and interval. */
  readonly sql: string;
}

interface Series {
  /** What the lines are told apart by. */
  readonly label: string;
  readonly value: string;
  readonly where: string;
}

const panel = (title: string, unit: string, { label, value, where }: Series): Panel => ({
  title,
  unit,
  sql: `SELECT $timeSeries AS t, ${label} AS label, ${value}
FROM edge_presigner
WHERE $timeFilter AND ${where}
GROUP BY t, label
ORDER BY t`,
});

export const PANELS: readonly Panel[] = [
  panel("Tickets by outcome", "short", {
    label: "blob4",
    value: "SUM(_sample_interval) AS tickets",
    where: "blob1 = 'ticket'",
  }),
  panel("Refused requests by code", "short", {
    label: "blob4",
    value: "SUM(_sample_interval) AS refusals",
    where: "blob1 = 'refusal'",
  }),
  panel("Bytes promised by policy", "bytes", {
    label: "blob2",
    value: "SUM(_sample_interval * double1) AS bytes",
    where: "blob1 = 'ticket' AND blob4 = 'ok'",
  }),
  panel("Bytes settled by policy", "bytes", {
    label: "blob2",
    value: "SUM(_sample_interval * double1) AS bytes",
    where: "blob1 = 'settled' AND blob4 = 'completed'",
  }),
  panel("From ticket to completion, 95 of 100", "ms", {
    label: "blob2",
    value: "quantileExactWeighted(0.95)(double2, _sample_interval) AS ms",
    where: "blob1 = 'settled' AND blob4 = 'completed'",
  }),
  panel("How uploads end", "short", {
    label: "blob4",
    value: "SUM(_sample_interval) AS uploads",
    where: "blob1 = 'settled'",
  }),
  panel("Files that begin to wait for their check, and that end", "short", {
    label: "blob4",
    value: "SUM(_sample_interval) AS files",
    where: "blob1 = 'check' AND double3 > 0",
  }),
  panel("From the first try to the end of a check, 95 of 100", "ms", {
    label: "blob2",
    value: "quantileExactWeighted(0.95)(double2, _sample_interval) AS ms",
    where: "blob1 = 'check' AND blob4 != 'waiting'",
  }),
  panel("Verdicts of scanners", "short", {
    label: "blob4",
    value: "SUM(_sample_interval) AS answers",
    where: "blob1 = 'scan'",
  }),
  panel("How long scanners take, 95 of 100", "ms", {
    label: "blob2",
    value: "quantileExactWeighted(0.95)(double2, _sample_interval) AS ms",
    where: "blob1 = 'scan'",
  }),
  panel("Age of webhooks by outcome", "ms", {
    label: "blob4",
    value: "max(double2) AS ms",
    where: "blob1 = 'webhook'",
  }),
  panel("Failures of ledgers", "short", {
    label: "blob4",
    value: "SUM(_sample_interval) AS failures",
    where: "blob1 = 'ledger'",
  }),
];
