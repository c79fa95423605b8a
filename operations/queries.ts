/**
 * What to ask the dataset of metrics: docs/metrics.md and the dashboard, which `npm run operations` writes.
 * The SQL is that of Workers Analytics Engine. A point may stand for several: `_sample_interval`.
 */

/** Of each column: what docs/metrics.md calls it, and what it holds. src/meter.ts writes them in this order. */
export const COLUMNS = [
  ["index1", "index", "Kind and policy: what the platform samples by"],
  ["blob1", "kind", "`ticket`, `refusal`, `settled`, `check`, `scan`, `webhook`, `ledger`"],
  [
    "blob2",
    "policy",
    "Of `ticket`, `settled`, `check` and `scan`: its name; empty for one that does not exist",
  ],
  ["blob3", "store", "Of tickets that were given, and of `settled`, `check` and `scan`: its name"],
  [
    "blob4",
    "outcome",
    "Of `ticket` and `refusal`: `ok` or the code of the problem. Of `settled`: `completed`, `rejected`, `expired`, `aborted`. Of `check`: the same, and `waiting` once for a file whose first try gave no result. Of `scan`: `clean`, `infected`, `failed`. Of `webhook`: `accepted`, `failed`, `gone`, `dropped`. Of `ledger`: `failed`",
  ],
  [
    "blob5",
    "detail",
    "Of `ticket`: `upload`, `download`, `credentials`. Of `refusal`: the pattern of the route. Of `settled` and `check`: who has found out, `request` or `alarm`",
  ],
  ["blob6", "deployment", "The id of the deployed version"],
  [
    "double1",
    "bytes",
    "Of `ticket`: the most that it can store. Of `settled` and `check`: what is stored, 0 unless `completed`. Of `scan`: the size of the file",
  ],
  [
    "double2",
    "ms",
    "Of `settled`: since the ticket was given. Of `check`: since it began, for whoever asked first. Of `scan`: how long the scanner took. Of `webhook`: since the message was written",
  ],
  ["double3", "attempts", "Of `webhook`: with this one. Of `check`: those that gave no result"],
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
      "How much was promised with tickets in the last month, and how much has arrived. A large difference is files without a size, or clients that give up.",
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
    answers: "From the ticket to its completion, in seconds: half of them, and 95 of 100.",
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
      "By status, and by who has found out. Many that the alarm completes are clients that never call `complete`.",
    sql: `SELECT blob2 AS policy, blob4 AS status, blob5 AS found_by, SUM(_sample_interval) AS uploads
FROM edge_presigner
WHERE blob1 = 'settled' AND timestamp > NOW() - INTERVAL '1' DAY
GROUP BY policy, status, found_by
ORDER BY uploads DESC`,
  },
  {
    title: "Files that wait for their check",
    answers:
      "How many files under [quarantine](quarantine.md) are not promoted now, as their scanner gave no verdict, or a store has failed. It adds up a month: what began to wait, without what has ended.",
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
      "From the first `complete`, or the alarm, to its end, in seconds. `late` took more than ten seconds or more than one try, so that clients got 202.",
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
      "How many files they call clean and infected, how often they gave no verdict (`failed`), and how long they take, in seconds. What else was rejected has other first bytes than its type, or is not what was granted.",
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
    answers: "What became of each attempt, and the age of the oldest message in minutes.",
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
    reason:
      "Every request is refused, or one policy's key may not delete. It does not pass by itself.",
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
      "Failures for each 100 tickets. Clients try a single one again; one in a hundred for ten minutes is a store, a ledger or a release.",
    event: "request-failed",
  },
  {
    name: "silent",
    isAt: "below 1",
    sql: `SELECT SUM(_sample_interval) AS value
FROM edge_presigner
WHERE blob1 = 'ticket' AND blob4 = 'ok' AND timestamp > NOW() - INTERVAL '15' MINUTE`,
    reason:
      "A Worker that nobody reaches writes no refusal either: DNS, a route, an app that cannot log in. Choose a time without traffic that you never have, or let `smoke` run more often than that.",
    event: "request-refused",
  },
  {
    name: "ledgers",
    isAt: "above 10",
    sql: `SELECT SUM(_sample_interval) AS value
FROM edge_presigner
WHERE blob1 = 'ledger' AND timestamp > NOW() - INTERVAL '5' MINUTE`,
    reason:
      "A few come with each deployment, as ledgers start anew. More are one that is overloaded, or the platform.",
    event: "ledger-failed",
  },
  {
    name: "webhooks late",
    isAt: "above 60",
    sql: `SELECT max(double2) / 60000 AS value
FROM edge_presigner
WHERE blob1 = 'webhook' AND blob4 = 'failed' AND timestamp > NOW() - INTERVAL '70' MINUTE`,
    reason:
      "The age in minutes of the oldest message that has failed. The first retries take a quarter of an hour; after an hour the receiver is down. It has three days.",
    event: "webhook-failed",
  },
  {
    name: "webhooks lost",
    isAt: "above 0",
    sql: `SELECT SUM(_sample_interval) AS value
FROM edge_presigner
WHERE blob1 = 'webhook' AND blob4 IN ('dropped', 'gone') AND timestamp > NOW() - INTERVAL '1' HOUR`,
    reason: "The backend has missed an upload, and nothing will tell it any more.",
    event: "webhook-dropped",
  },
  {
    name: "nothing arrives",
    isAt: "above 30",
    sql: `SELECT 100 * sumIf(_sample_interval, blob4 = 'expired') / SUM(_sample_interval) AS value
FROM edge_presigner
WHERE blob1 = 'settled' AND blob4 IN ('completed', 'expired') AND timestamp > NOW() - INTERVAL '1' HOUR`,
    reason:
      "The share of tickets that nothing came for, in percent. Tickets are given, and the store refuses them: its CORS rule, a key without rights, a clock. The Worker itself sees no error. Under a quota alone.",
    event: "upload-settled",
  },
  {
    name: "no verdicts",
    isAt: "above 20",
    sql: `SELECT 100 * sumIf(_sample_interval, blob4 = 'failed') / SUM(_sample_interval) AS value
FROM edge_presigner
WHERE blob1 = 'scan' AND timestamp > NOW() - INTERVAL '15' MINUTE`,
    reason:
      "The share of questions that a scanner gave no verdict to, in percent. Its files wait, and after a week they expire.",
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
      "Refused identities for each 100 tickets. Some expired tokens are usual; many are an issuer whose keys cannot be fetched, or tokens of another environment.",
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
