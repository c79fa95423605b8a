/** `edge-presigner simulate`: what the Worker would answer, and why, with no server and no secret. */
import { randomUUID } from "node:crypto";
import { styleText } from "node:util";
import { InvalidArgumentError, Option, type Command } from "commander";
import * as z from "zod/mini";
import {
  FILE_CHECKSUMS,
  describeFile,
  digestFile,
  typeOf,
  type FileChecksum,
} from "./describe-file.ts";
import { addConfigOptions, openConfig, type ConfigOptions } from "./config-options.ts";
import { readPair } from "./metadata-option.ts";
import { completeClaims } from "./simulate/caller.ts";
import { decide, type Decision, type SimulatedTicket } from "./simulate/decide.ts";

interface Options extends ConfigOptions {
  readonly policy?: string;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly file?: string;
  readonly name?: string;
  readonly type?: string;
  readonly size?: number;
  readonly checksum?: FileChecksum;
  readonly meta: Readonly<Record<string, string>>;
  readonly multipart?: boolean;
  readonly background?: boolean;
  readonly country?: string;
  readonly continent?: string;
  readonly eu?: boolean;
  readonly expect?: string;
  readonly json?: boolean;
}

/** Where the embedded store of a development configuration would be. */
const ORIGIN = "http://localhost:8787";

export function addSimulate(program: Command): void {
  const command = program
    .command("simulate")
    .description("Says what the Worker would answer to a request for a ticket, step by step.")
    .option("--policy <name>", "the policy; without it the default one")
    .option("--claims <json>", "the claims of the user's token", readClaims, { sub: "alice" })
    .option("--file <path>", "a file: its name, type and size")
    .option("--name <name>", "the file's name, in place of that of --file")
    .option("--type <type>", "its type, in place of what the name says")
    .option("--size <bytes>", "its size, in place of that of --file", readBytes)
    .addOption(
      new Option("--checksum <algorithm>", "with the checksum of --file").choices(FILE_CHECKSUMS),
    )
    .option("--meta <name=value>", "metadata; again for more", readPair, {})
    .option("--multipart", "asked for in parts")
    .option("--no-multipart", "asked for in one PUT; without either the policy decides")
    .option("--background", "asked for with tickets for the background")
    .option("--country <code>", "where the caller is, for a store by region: KR", readRegion)
    .option("--continent <code>", "the same for a continent: AS", readRegion)
    .option("--eu", "the caller is in the European Union")
    .option(
      "--expect <outcome>",
      'for tests: "allowed", or the code of a refusal; anything else ends with 1',
    )
    .option("--json", "prints the decision as JSON")
    .action(run);
  // Left out, it is neither of the two.
  command.setOptionValue("multipart", undefined);
  addConfigOptions(command);
}

async function run(options: Options): Promise<void> {
  const { config, path } = await openConfig(options);
  const nowMs = Date.now();
  const question = {
    claims: completeClaims(config, options.claims, nowMs),
    body: await bodyOf(options),
    region: {
      country: options.country,
      continent: options.continent,
      isInEU: options.eu ?? false,
    },
  };
  const decision = await decide(config, question, {
    nowMs,
    newId: randomUUID,
    requestOrigin: ORIGIN,
  });
  process.stdout.write(
    options.json ? `${JSON.stringify(decision, undefined, 2)}\n` : describe(decision, path),
  );
  const { expect: expected = "allowed" } = options;
  const outcome = decision.isAllowed ? "allowed" : String(decision.problem["code"]);
  if (outcome === expected) return;
  process.exitCode = 1;
  if (options.expect !== undefined)
    process.stderr.write(`✘ Expected ${expected}: it is ${outcome}\n`);
}

async function bodyOf({
  policy,
  file,
  name,
  type,
  size,
  checksum,
  meta,
  multipart,
  background,
}: Options): Promise<unknown> {
  const described = file === undefined ? undefined : await describeFile(file);
  const filename = name ?? described?.filename;
  const contentType = type ?? (name === undefined ? described?.contentType : typeOf(name));
  if (checksum && file === undefined)
    throw new InvalidArgumentError("Name a --file: the checksum is made of it.");
  return {
    ...(policy !== undefined && { policy }),
    ...(filename !== undefined && { filename }),
    ...(contentType !== undefined && { contentType }),
    ...((size ?? described?.size) !== undefined && { size: size ?? described?.size }),
    ...(checksum && file !== undefined && { checksum: await digestFile(file, checksum) }),
    ...(Object.keys(meta).length > 0 && { metadata: meta }),
    ...(multipart !== undefined && { multipart }),
    ...(background && { background }),
  };
}

function describe(decision: Decision, path: string): string {
  const green = styleText("green", "✔");
  const steps = decision.steps.map(({ step, result }) => `${green} ${step.padEnd(8)} ${result}`);
  const head = styleText("dim", `with ${path}`);
  if (decision.isAllowed)
    return [head, ...steps, "", ...describeTicket(decision.ticket), ""].join("\n");
  const { problem, refusedAt, reason } = decision;
  const why = reason === undefined ? [] : [styleText("dim", `  only the log says: ${reason}`)];
  const refusal = `${styleText("red", "✘")} ${refusedAt.padEnd(8)} ${decision.status} ${styleText("bold", String(problem["code"]))}: ${String(problem["detail"])}`;
  return [head, ...steps, refusal, ...why, ""].join("\n");
}

function describeTicket({
  headers,
  signedHeaders,
  contentLength,
  parts,
}: SimulatedTicket): readonly string[] {
  const sent = Object.entries(headers).map(([name, value]) => `    ${name}: ${value}`);
  const signed = styleText("dim", `  signed: ${signedHeaders.join(", ")}`);
  if (parts) {
    const length = `    content-length: ${parts.partSize}, less in the last one`;
    return ["  when the upload begins:", ...sent, "", "  with each part:", length, signed];
  }
  const length = contentLength === undefined ? [] : [`    content-length: ${contentLength}`];
  return ["  with the file:", ...sent, ...length, signed];
}

function readClaims(text: string): Readonly<Record<string, unknown>> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    throw new InvalidArgumentError(`Write an object of JSON: '{"sub":"alice"}'.`);
  }
}

/** As Cloudflare tells it in `request.cf`. */
function readRegion(text: string): string {
  if (/^[A-Z]{2}$/.test(text)) return text;
  throw new InvalidArgumentError("Write two capital letters, such as KR.");
}

function readBytes(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Write a whole number of bytes.");
}
