/** `edge-presigner explain`: finds out why a store refused a request, offline and without secrets. */
import { open } from "node:fs/promises";
import { addAbortSignal, type Readable } from "node:stream";
import { InvalidArgumentError, type Command } from "commander";
import { findCauses, findMissing } from "./explain/causes.ts";
import { describeFindings, describeNothing, redact } from "./explain/print-findings.ts";
import { gatherEvidence } from "./explain/evidence.ts";
import { readDate } from "./explain/input.ts";
import { print, printJson } from "./output.ts";
import { readInputs } from "./explain/read-inputs.ts";

interface Options {
  readonly status?: number;
  readonly date?: Date;
  readonly now?: Date;
  readonly json?: boolean;
}

/** The limit for all inputs together. */
const MAX_BYTES = 2 ** 20;
/** Long enough for a pipe whose first command uploads a file. */
const MAX_WAIT_MS = 600_000;

/** Adds the command `explain` to the program. */
export function addExplain(program: Command): void {
  program
    .command("explain")
    .description(
      "Explains why a store refused a request: what differs from the signed request, and how to fix it.",
    )
    .argument(
      "[file...]",
      "files, in any order, with the ticket's JSON, the URL, a curl command, the output of curl -v, headers, or the store's XML error; - reads standard input (default: -)",
    )
    .option("--status <code>", "HTTP status of the answer; 0 if the browser saw none", toStatus)
    .option("--date <date>", "Date header of the answer: the store's clock", toDate)
    .option("--now <date>", "time at which the request was sent (default: now)", toDate)
    .option("--json", "print all findings as JSON")
    .action(async (files: string[], { status, date, now, json }: Options) => {
      const text = await readAll(files);
      const given = { status, date, now: now ?? new Date(), isNowGiven: now !== undefined };
      const evidence = gatherEvidence(toInputs(text), given);
      const findings = redact(findCauses(evidence), evidence);
      const missing = findMissing(evidence);
      if (json) printJson({ findings, missing });
      else print(describeFindings(findings) || describeNothing(missing));
      process.exitCode = findings.length > 0 ? 0 : 1;
    });
}

function toInputs(text: string): ReturnType<typeof readInputs> {
  const inputs = attempt(() => readInputs(text));
  if (inputs.length > 0) return inputs;
  throw new InvalidArgumentError(
    "Cannot find a request in the input: pass the ticket, the URL, a curl command, headers, or the store's XML error.",
  );
}

/** Calls `read`, and turns a `SyntaxError` into an `InvalidArgumentError`. */
function attempt<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof SyntaxError) throw new InvalidArgumentError(`${error.message}.`);
    throw error;
  }
}

async function readAll(files: readonly string[]): Promise<string> {
  const texts: string[] = [];
  let left = MAX_BYTES;
  for (const name of files.length === 0 ? ["-"] : files) {
    // oxlint-disable-next-line no-await-in-loop -- one limit for all of them
    const text = name === "-" ? await readSome(process.stdin, left) : await readFile(name, left);
    left -= Buffer.byteLength(text);
    texts.push(text);
  }
  return texts.join("\n\n");
}

async function readFile(name: string, maxBytes: number): Promise<string> {
  try {
    const file = await open(name);
    return await readSome(file.createReadStream(), maxBytes);
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw error;
    throw new InvalidArgumentError(
      `Cannot read the file ${name}: check that it exists and is readable.`,
    );
  }
}

async function readSome(stream: Readable, maxBytes: number): Promise<string> {
  const wait = AbortSignal.timeout(MAX_WAIT_MS);
  addAbortSignal(wait, stream.setEncoding("utf8"));
  let text = "";
  for await (const chunk of stream) {
    text += String(chunk);
    if (Buffer.byteLength(text) <= maxBytes) continue;
    throw new InvalidArgumentError("The input is larger than 1 MiB: leave out the body.");
  }
  return text;
}

function toStatus(text: string): number {
  if (/^(?:0|[1-5]\d\d)$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Use a three-digit number, or 0.");
}

function toDate(text: string): Date {
  const date = readDate(text);
  if (date) return date;
  throw new InvalidArgumentError(
    "Use a date such as 2026-11-22T07:05:00Z, or an unchanged Date header.",
  );
}
