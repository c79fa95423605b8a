/** `node test/slow-line/table.ts < results.jsonl`: the table of docs/performance.md, from what run.ts has printed. */
import { text } from "node:stream/consumers";
import { CLIENTS, type ClientName } from "./line.ts";
import type { InterruptionResult, ManyFilesResult, WrongEndpointResult } from "./measure.ts";
import type { RunName } from "./runs.ts";

type Result = Partial<ManyFilesResult & InterruptionResult & WrongEndpointResult>;
type Line = Result & { readonly run: RunName; readonly client: ClientName };
type Row = readonly [run: RunName, title: string, read: (result: Result) => string];

const HEADS: Readonly<Record<ClientName, string>> = {
  queue: "`createQueue`",
  start: "`start` for each file",
  "uppy-5": "Uppy 5",
  "uppy-5-helped": "Uppy 5 with the helper",
};

const countLost = ({ lost }: Result) => String(lost);
const countTickets = ({ tickets }: Result) => String(tickets);
const countRequests = ({ requests }: Result) => String(requests);
const tellSeconds = ({ seconds = NaN }: Result) =>
  `${seconds < 10 ? seconds.toFixed(2) : Math.round(seconds)} s`;
const megabytes = (bytes = NaN) => `${(bytes / 1_000_000).toFixed(1)} MB`;

/** Rows of the same run follow each other. */
const ROWS: readonly Row[] = [
  ["49 files", "49 files of 1 MB: lost", countLost],
  ["49 files", "… tickets", countTickets],
  ["49 files", "… requests to the Worker", countRequests],
  ["49 files", "… time; the line needs 122.5 s", tellSeconds],
  ["500 files", "500 files of 1 MB: lost", countLost],
  ["500 files", "… tickets", countTickets],
  ["500 files", "… requests to the Worker", countRequests],
  ["500 files", "… time; the line needs 1250 s", tellSeconds],
  ["offline", "24 files of 1 MB, 10 s without network: lost", countLost],
  ["offline", "… tickets", countTickets],
  ["offline", "… time; the line needs 70 s", tellSeconds],
  ["pause", "40 MB, paused at 26.6 MB: shown after five seconds", (r) => megabytes(r.shownAfter)],
  ["pause", "… sent again", (r) => megabytes(r.sentAgain)],
  ["reload", "40 MB, the page loaded again at 26.6 MB: sent again", (r) => megabytes(r.sentAgain)],
  ["closed port", "Wrong endpoint, nothing listens: the error comes after", tellSeconds],
  ["unknown host", "… an unknown host", tellSeconds],
  ["another server", "… a server that is another one", tellSeconds],
];

const lines = (await text(process.stdin)).split("\n").filter((line) => line.startsWith("{"));
const results = lines.map((line) => JSON.parse(line) as Line);
const clients = CLIENTS.filter((client) => results.some((result) => result.client === client));
const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;

const table = [
  row(["On a slow line", ...clients.map((client) => HEADS[client])]),
  row(["---", ...clients.map(() => "---")]),
  ...ROWS.map(([run, title, read]) => {
    const find = (client: ClientName) =>
      results.findLast((result) => result.run === run && result.client === client);
    return row([title, ...clients.map(find).map((result) => (result ? read(result) : ""))]);
  }),
];
process.stdout.write(`${table.join("\n")}\n`);
