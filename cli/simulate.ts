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
import { readMetadataPair } from "./metadata-option.ts";
import { print, printError, printJson } from "./output.ts";
import { completeClaims } from "./simulate/caller.ts";
import { decide, type Decision, type SimulatedTicket } from "./simulate/decide.ts";
import {
  decideCredentials,
  type CredentialDecision,
  type SimulatedCredentials,
} from "./simulate/decide-credentials.ts";

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

/** The origin of the embedded store in a development configuration. */
const ORIGIN = "http://localhost:8787";

/** Adds the command `simulate` to the program. */
export function addSimulate(program: Command): void {
  const command = program
    .command("simulate")
    .description(
      "Shows step by step how the Worker would answer a ticket request, without sending it.",
    )
    .option("--policy <name>", "policy (default: the default policy)")
    .option("--claims <json>", "claims of the user's token", readClaims, { sub: "alice" })
    .option("--file <path>", "take name, type and size from this file")
    .option("--name <name>", "name of the file, instead of that of --file")
    .option("--type <type>", "content type (default: by the extension of the name)")
    .option("--size <bytes>", "size of the file, instead of that of --file", readBytes)
    .addOption(
      new Option("--checksum <algorithm>", "send a checksum of --file").choices(FILE_CHECKSUMS),
    )
    .addOption(
      new Option("--meta <name=value>", "metadata of the file; can be repeated")
        .argParser(readMetadataPair)
        .default({}, "none"),
    )
    .option("--multipart", "ask for a multipart upload")
    .option("--no-multipart", "ask for a single PUT (default: the policy decides)")
    .option("--background", "ask for the longer expiry of background uploads")
    .option(
      "--country <code>",
      "country of the caller, such as KR, for stores by region",
      readRegion,
    )
    .option("--continent <code>", "continent of the caller, such as AS", readRegion)
    .option("--eu", "the caller is in the European Union")
    .option(
      "--expect <outcome>",
      'exit with 1 unless the result is this: "allowed" or an error code',
    )
    .option("--json", "print the decision as JSON")
    .action(run);
  // Commander sets a default because of --no-multipart. Without either option the policy decides.
  command.setOptionValue("multipart", undefined);
  addConfigOptions(command);
}

async function run(options: Options): Promise<void> {
  const { config, path } = await openConfig(options);
  const nowMs = Date.now();
  const request = {
    claims: completeClaims(config, options.claims, nowMs),
    body: await bodyOf(options),
    region: {
      country: options.country,
      continent: options.continent,
      isInEU: options.eu ?? false,
    },
  };
  const context = { nowMs, newId: randomUUID, requestOrigin: ORIGIN };
  const { policy = "" } = options;
  const decision = config.credentialPolicies.has(policy)
    ? await decideCredentials(config, { claims: request.claims, policy }, context)
    : await decide(config, request, context);
  const isDescribed = (options.file ?? options.name ?? options.type) !== undefined;
  if (options.json) printJson(decision);
  else print(describe(decision, { path, isDescribed }));
  const { expect: expected = "allowed" } = options;
  const outcome = decision.isAllowed ? "allowed" : String(decision.problem["code"]);
  if (outcome === expected) return;
  process.exitCode = 1;
  if (options.expect !== undefined)
    printError(`✘ Expected ${expected}, but the result is ${outcome}\n`);
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
    throw new InvalidArgumentError("Add --file: the checksum is computed from it.");
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

/** `isDescribed`: whether the options say which file it is. */
function describe(
  decision: Decision | CredentialDecision,
  { path, isDescribed }: { readonly path: string; readonly isDescribed: boolean },
): string {
  const green = styleText("green", "✔");
  const steps = decision.steps.map(({ step, result }) => `${green} ${step.padEnd(8)} ${result}`);
  const head = styleText("dim", `configuration: ${path}`);
  if (decision.isAllowed) {
    const lines =
      "ticket" in decision
        ? describeTicket(decision.ticket)
        : describeCredentials(decision.credentials);
    return [head, ...steps, "", ...lines, ""].join("\n");
  }
  const { problem, refusedAt, reason } = decision;
  const notes = [
    ...(reason === undefined ? [] : [`reason, written only to the log: ${reason}`]),
    ...(isDescribed ? [] : ["describe the file with --file, or with --name, --type and --size"]),
  ];
  const why = notes.map((note) => styleText("dim", `  ${note}`));
  const refusal = `${styleText("red", "✘")} ${refusedAt.padEnd(8)} ${decision.status} ${styleText("bold", String(problem["code"]))}: ${String(problem["detail"])}`;
  return [head, ...steps, refusal, ...why, ""].join("\n");
}

function describeCredentials({
  store,
  prefix,
  actions,
  expiresInSeconds,
}: SimulatedCredentials): readonly string[] {
  return [
    `  temporary credentials of ${store} to ${actions.join(" and ")} ${prefix}`,
    `  for ${expiresInSeconds} seconds, for any type and any size, and for no ticket`,
  ];
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
    const length = `    content-length: ${parts.partSize} (less for the last part)`;
    return [
      "  headers that create the upload:",
      ...sent,
      "",
      "  headers of each part:",
      length,
      signed,
    ];
  }
  const length = contentLength === undefined ? [] : [`    content-length: ${contentLength}`];
  return ["  headers of the PUT:", ...sent, ...length, signed];
}

function readClaims(text: string): Readonly<Record<string, unknown>> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    throw new InvalidArgumentError(`Use a JSON object, such as '{"sub":"alice"}'.`);
  }
}

/** Returns a code as it is in `request.cf`. Throws `InvalidArgumentError` for anything but two capital letters. */
function readRegion(text: string): string {
  if (/^[A-Z]{2}$/.test(text)) return text;
  throw new InvalidArgumentError("Use two capital letters, such as KR.");
}

function readBytes(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Use a whole number of bytes.");
}
