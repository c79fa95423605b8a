/** `edge-presigner doctor`: what a store, and a deployed Worker, really do, with the mend beside each fault. */
import { randomUUID } from "node:crypto";
import { styleText } from "node:util";
import { spinner } from "@clack/prompts";
import { InvalidArgumentError, Option, type Command } from "commander";
import type { Config } from "../src/config/config.ts";
import type { Store } from "../src/store/store.ts";
import { Interrupted, diagnose } from "./doctor/diagnose.ts";
import { examineWorker } from "./doctor/examine-worker.ts";
import type { Group, Setting } from "./doctor/finding.ts";
import { printGroups, printSettings, printSum, settingsOf } from "./doctor/print.ts";
import { openSession } from "./doctor/session.ts";
import { INTERRUPTED, keepInterrupts, listenForInterrupts } from "./interrupt.ts";
import { mintDevelopmentToken } from "./mint.ts";
import { addConfigOptions, openConfig, type ConfigOptions } from "./config-options.ts";
import { readUrl, urlOption } from "./url-option.ts";

interface Options extends ConfigOptions {
  readonly dev: URL;
  readonly url?: URL;
  readonly token?: string;
  readonly policy?: string;
  readonly flood?: boolean;
  readonly json?: boolean;
}

/** What was found of one store. */
interface Report {
  readonly store: string;
  readonly groups: readonly Group[];
  readonly setting: Setting;
  readonly left: readonly string[];
}

export function addDoctor(program: Command): void {
  const command = program
    .command("doctor")
    .description("Tries what a store really does, as a browser and an attacker would.")
    .argument("[store]", "the store; without it each one of the configuration")
    .addOption(urlOption("--dev <url>", "where npm run dev is, for the embedded store"))
    .option("--url <url>", "tries the Worker that is deployed there, in place of a store", readUrl)
    .addOption(
      new Option("--token <token>", "a user's token, to send a file through that Worker").env(
        "TOKEN",
      ),
    )
    .option("--policy <name>", "with which policy; without it the default one")
    .option("--flood", "sends that Worker more requests than one address may")
    .option("--json", "prints what was found as JSON")
    .action(run);
  addConfigOptions(command);
}

async function run(name: string | undefined, options: Options): Promise<void> {
  const { config, path, missingSecrets } = await openConfig(options);
  if (options.url !== undefined) {
    await tryWorker(config, options.url, options);
    return;
  }
  const stores = storesOf(config, name);
  for (const { credentials } of stores) {
    const pair = [credentials.accessKeyId.name, credentials.secretAccessKey.name];
    const missing = pair.filter((secret) => missingSecrets.includes(secret));
    if (missing.length > 0) {
      throw new InvalidArgumentError(
        `Set ${missing.join(" and ")} in the environment, or in the file of --secrets-file: the doctor sends real requests.`,
      );
    }
  }
  const { signal, release } = listenForInterrupts();
  const reports: Report[] = [];
  try {
    for (const store of stores) {
      // oxlint-disable-next-line no-await-in-loop -- one table after the other
      const report = await examine(config, store, { ...options, signal });
      reports.push(report);
      if (!options.json) process.stdout.write(describe(report, store, path));
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    process.stderr.write(`Interrupted.\n${describeLeft(error.left)}`);
    process.exitCode = INTERRUPTED;
    return;
  } finally {
    release();
  }
  if (options.json) process.stdout.write(`${JSON.stringify(reports, undefined, 2)}\n`);
  process.exitCode = isBad(reports.flatMap(({ groups }) => groups)) ? 1 : 0;
}

const isBad = (groups: readonly Group[]): boolean =>
  groups.some(({ findings }) => findings.some(({ verdict }) => verdict === "bad"));

async function tryWorker(config: Config, url: URL, options: Options): Promise<void> {
  const { policy, flood = false, json } = options;
  const token = options.token ?? (await developmentTokenFor(config));
  const findings = await examineWorker({ url, config, token, policy, isFlooded: flood });
  const groups = [{ title: url.origin, findings }];
  process.stdout.write(
    json
      ? `${JSON.stringify(groups, undefined, 2)}\n`
      : `\n${printGroups(groups)}\n${printSum(groups)}\n`,
  );
  process.exitCode = isBad(groups) ? 1 : 0;
}

async function developmentTokenFor({ isDevelopment }: Config): Promise<string | undefined> {
  return isDevelopment ? mintDevelopmentToken("doctor", { expiresInSeconds: 60 }) : undefined;
}

function storesOf({ policies }: Config, name: string | undefined): readonly Store[] {
  const all = new Map(
    [...policies.values()]
      .flatMap(({ stores }) => [...stores.values()])
      .map((store) => [store.name, store]),
  );
  if (name === undefined) return [...all.values()];
  const store = all.get(name);
  if (store) return [store];
  throw new InvalidArgumentError(
    `No policy uses a store "${name}": there is ${[...all.keys()].join(", ")}.`,
  );
}

async function examine(
  config: Config,
  store: Store,
  { dev, json, signal }: Options & { readonly signal: AbortSignal },
): Promise<Report> {
  const world = { nowMs: Date.now, newId: randomUUID, signal };
  const session = openSession(config, store, { embeddedOrigin: dev.origin, world });
  const progress = json || !process.stderr.isTTY ? undefined : spinner({ output: process.stderr });
  if (progress) {
    progress.start(`${store.name}: Access`);
    keepInterrupts();
  }
  try {
    const { groups, left } = await diagnose(session, (title) =>
      progress?.message(`${store.name}: ${title}`),
    );
    progress?.stop(`${store.name}: done`);
    return { store: store.name, groups, setting: settingsOf(groups), left };
  } catch (error) {
    progress?.error(store.name);
    throw error;
  }
}

function describe(
  { groups, setting, left }: Report,
  { name, provider, bucket, origin }: Store,
  path: string,
): string {
  const where = origin === undefined ? "" : `, ${origin}`;
  const head = `\n${styleText("bold", name)} · ${provider.title}, bucket ${bucket}${where} ${styleText("dim", `(${path})`)}\n`;
  return `${head}\n${printGroups(groups)}${printSettings(name, setting)}${describeLeft(left)}\n${printSum(groups)}\n`;
}

function describeLeft(keys: readonly string[]): string {
  if (keys.length === 0) return "";
  return `\nLeft in the bucket, as these keys may not delete:\n${keys.map((key) => `  ${key}`).join("\n")}\n`;
}
