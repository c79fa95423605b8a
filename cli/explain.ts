/** `edge-presigner explain`: why a store refused a request, told from its pieces, without a network and without a secret. */
import { open } from "node:fs/promises";
import { addAbortSignal, type Readable } from "node:stream";
import { InvalidArgumentError, type Command } from "commander";
import { findCauses, findMissing } from "./explain/causes.ts";
import { describeFindings, describeNothing, redact } from "./explain/print-findings.ts";
import { gather } from "./explain/evidence.ts";
import { readDate } from "./explain/input.ts";
import { readPieces } from "./explain/read-inputs.ts";

interface Options {
  readonly status?: number;
  readonly date?: Date;
  readonly now?: Date;
  readonly json?: boolean;
}

/** Of all pieces together. */
const MAX_BYTES = 2 ** 20;
/** Long enough for a pipe in which somebody uploads first. */
const MAX_WAIT_MS = 600_000;

export function addExplain(program: Command): void {
  program
    .command("explain")
    .description(
      "Says why a store refused a request: which line of what was signed differs, and how to mend it.",
    )
    .argument(
      "[file...]",
      "pieces of the request, in any order: the ticket's JSON, a URL, the store's XML, a curl line, the output of curl -v, headers; - and no file read standard input",
    )
    .option("--status <code>", "the status of the answer; 0 where a browser saw none", toStatus)
    .option("--date <date>", "the Date header of the answer: the store's clock", toDate)
    .option("--now <date>", "when the request was sent, in place of this machine's time", toDate)
    .option("--json", "prints all findings as JSON")
    .action(async (files: string[], { status, date, now, json }: Options) => {
      const text = await readAll(files);
      const told = { status, date, now: now ?? new Date(), isNowGiven: now !== undefined };
      const evidence = gather(toPieces(text), told);
      const findings = redact(findCauses(evidence), evidence);
      const missing = findMissing(evidence);
      process.stdout.write(
        json
          ? `${JSON.stringify({ findings, missing }, undefined, 2)}\n`
          : describeFindings(findings) || describeNothing(missing),
      );
      process.exitCode = findings.length > 0 ? 0 : 1;
    });
}

function toPieces(text: string): ReturnType<typeof readPieces> {
  const pieces = attempt(() => readPieces(text));
  if (pieces.length > 0) return pieces;
  throw new InvalidArgumentError(
    "There is nothing of a request in this: give the ticket, a URL, a curl line, headers, or the store's XML.",
  );
}

/** What cannot be read is the caller's to mend. */
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
    throw new InvalidArgumentError(`The file ${name} cannot be read: is it there?`);
  }
}

async function readSome(stream: Readable, maxBytes: number): Promise<string> {
  const wait = AbortSignal.timeout(MAX_WAIT_MS);
  addAbortSignal(wait, stream.setEncoding("utf8"));
  let text = "";
  for await (const chunk of stream) {
    text += String(chunk);
    if (Buffer.byteLength(text) <= maxBytes) continue;
    throw new InvalidArgumentError("More than 1 MiB was given: leave the body away.");
  }
  return text;
}

function toStatus(text: string): number {
  if (/^(?:0|[1-5]\d\d)$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Give a number of three digits, or 0.");
}

function toDate(text: string): Date {
  const date = readDate(text);
  if (date) return date;
  throw new InvalidArgumentError(
    "Give a date such as 2026-11-22T07:05:00Z, or a Date header as it stands.",
  );
}
