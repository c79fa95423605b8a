/** `edge-presigner doctor`: tests how a store or a deployed Worker behaves, and prints a fix for each problem. */
import { randomUUID } from "node:crypto";
import { styleText } from "node:util";
import { InvalidArgumentError, Option, type Command } from "commander";
import type { Config } from "../src/config/config.ts";
import type { Store } from "../src/store/store.ts";
import { Interrupted, diagnose } from "./doctor/diagnose.ts";
import { examineWorker } from "./doctor/examine-worker.ts";
import type { Group, Setting } from "./doctor/finding.ts";
import { printGroups, printSettings, printSummary, settingsOf } from "./doctor/print.ts";
import { reportRow } from "./doctor/report.ts";
import { openSession } from "./doctor/session.ts";
import { INTERRUPT_EXIT_CODE, listenForInterrupts } from "./interrupt.ts";
import { mintDevelopmentAdminToken, mintDevelopmentToken } from "./mint.ts";
import { print, printError, printJson } from "./output.ts";
import { createSpinner } from "./progress-bar.ts";
import { requireKeys } from "./require-keys.ts";
import { addConfigOptions, openConfig, type ConfigOptions } from "./config-options.ts";
import { readUrl, urlOption } from "./url-option.ts";

interface Options extends ConfigOptions {
  readonly dev: URL;
  readonly url?: URL;
  readonly adminToken?: string;
  readonly token?: string;
  readonly policy?: string;
  readonly flood?: boolean;
  readonly report?: boolean;
  readonly json?: boolean;
}

/** The findings for one store. */
interface Report {
  readonly store: string;
  readonly groups: readonly Group[];
  readonly setting: Setting;
  readonly left: readonly string[];
  /** The provider's row as it was measured, with `--report`. */
  readonly row?: string;
}

/** Adds the command `doctor` to the program. */
export function addDoctor(program: Command): void {
  const command = program
    .command("doctor")
    .description(
      "Tests each store with real requests, as a browser and an attacker would send them.",
    )
    .argument("[store]", "the store to test (default: all stores of the configuration)")
    .addOption(urlOption("--dev <url>", "URL of npm run dev, for the embedded store"))
    .option("--url <url>", "test the deployed Worker at this URL instead of a store", readUrl)
    .addOption(
      new Option(
        "--admin-token <token>",
        "with --url: ask whether its stores and ledgers work",
      ).env("ADMIN_TOKEN"),
    )
    .addOption(
      new Option("--token <token>", "with --url: upload a file with this user's token").env(
        "TOKEN",
      ),
    )
    .option("--policy <name>", "with --url: policy of that upload (default: the default policy)")
    .option("--flood", "with --url: exceed the rate limit of one address")
    .option("--report", "print what was found as a provider's row, to send as a pull request")
    .option("--json", "print the findings as JSON")
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
  for (const { credentials } of stores)
    requireKeys(credentials, missingSecrets, "doctor sends real requests");
  const { signal, release } = listenForInterrupts();
  const reports: Report[] = [];
  try {
    for (const store of stores) {
      // oxlint-disable-next-line no-await-in-loop -- one store after the other
      const report = await examine(config, store, { ...options, signal, missingSecrets });
      reports.push(report);
      if (!options.json) print(describe(report, store, path));
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    printError(`Interrupted.\n${describeLeft(error.left)}`);
    process.exitCode = INTERRUPT_EXIT_CODE;
    return;
  } finally {
    release();
  }
  if (options.json) printJson(reports);
  process.exitCode = isBad(reports.flatMap(({ groups }) => groups)) ? 1 : 0;
}

const isBad = (groups: readonly Group[]): boolean =>
  groups.some(({ findings }) => findings.some(({ verdict }) => verdict === "bad"));

async function tryWorker(config: Config, url: URL, options: Options): Promise<void> {
  const { policy, flood = false, json } = options;
  const token = options.token ?? (await developmentTokenFor(config));
  const findings = await examineWorker({
    url,
    config,
    token,
    adminToken: options.adminToken ?? (await developmentAdminTokenFor(config)),
    policy,
    isFlooded: flood,
  });
  const groups = [{ title: url.origin, findings }];
  if (json) printJson(groups);
  else print(`\n${printGroups(groups)}\n${printSummary(groups)}\n`);
  process.exitCode = isBad(groups) ? 1 : 0;
}

async function developmentTokenFor({ isDevelopment }: Config): Promise<string | undefined> {
  return isDevelopment ? mintDevelopmentToken("doctor", { expiresInSeconds: 60 }) : undefined;
}

async function developmentAdminTokenFor({
  isDevelopment,
  adminIssuers,
}: Config): Promise<string | undefined> {
  const hasAdmins = isDevelopment && adminIssuers.length > 0;
  return hasAdmins ? mintDevelopmentAdminToken("doctor", 60) : undefined;
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
    `No policy uses a store "${name}". Choose one of: ${[...all.keys()].join(", ")}.`,
  );
}

async function examine(
  config: Config,
  store: Store,
  {
    dev,
    json,
    report,
    signal,
    missingSecrets,
  }: Options & { readonly signal: AbortSignal; readonly missingSecrets: readonly string[] },
): Promise<Report> {
  const context = { nowMs: Date.now, newId: randomUUID, signal };
  const session = openSession(config, store, {
    embeddedOrigin: dev.origin,
    context,
    missingSecrets,
  });
  const progress = json ? undefined : createSpinner();
  progress?.start(`${store.name}: Access`);
  try {
    const { groups, left } = await diagnose(session, (title) =>
      progress?.message(`${store.name}: ${title}`),
    );
    progress?.stop(`${store.name}: done`);
    return {
      store: store.name,
      groups,
      setting: settingsOf(groups),
      left,
      ...(report && { row: reportRow(groups, store, Date.now()) }),
    };
  } catch (error) {
    progress?.error(store.name);
    throw error;
  }
}

function describe(
  { groups, setting, left, row }: Report,
  { name, provider, bucket, origin }: Store,
  path: string,
): string {
  const where = origin === undefined ? "" : `, ${origin}`;
  const head = `\n${styleText("bold", name)} · ${provider.title}, bucket ${bucket}${where} ${styleText("dim", `(${path})`)}\n`;
  return `${head}\n${printGroups(groups)}${printSettings(name, setting)}${describeLeft(left)}${describeRow(row)}\n${printSummary(groups)}\n`;
}

function describeRow(row: string | undefined): string {
  if (row === undefined) return "";
  return `\nThe row for src/store/hosted-providers.ts or server-providers.ts (docs/providers.md says how to send it):\n\n${row}\n`;
}

function describeLeft(keys: readonly string[]): string {
  if (keys.length === 0) return "";
  return `\nNot deleted, because the keys lack the permission. Delete these yourself:\n${keys.map((key) => `  ${key}`).join("\n")}\n`;
}
