/** `edge-presigner doctor`: what a store, and a deployed Worker, really do, with the mend beside each fault. */
import { randomUUID } from "node:crypto";
import { styleText } from "node:util";
import { spinner } from "@clack/prompts";
import { InvalidArgumentError, Option, type Command } from "commander";
import type { Config, Store } from "../src/config/config.ts";
import { diagnose } from "./doctor/diagnose.ts";
import { NoAnswer, ask } from "./doctor/ask.ts";
import type { Finding, Group, Setting } from "./doctor/finding.ts";
import { printGroups, printSettings, printSum, settingsOf } from "./doctor/print.ts";
import { probeWorker } from "./doctor/probe-worker.ts";
import { probeWorkerTicket } from "./doctor/probe-worker-ticket.ts";
import { openSession } from "./doctor/session.ts";
import { mintDevelopmentToken } from "./mint.ts";
import { addConfigOptions, openConfig, type ConfigOptions } from "./open-config.ts";

interface Options extends ConfigOptions {
  readonly dev: string;
  readonly url?: string;
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
    .option("--dev <url>", "where npm run dev is, for the embedded store", "http://localhost:8787")
    .option("--url <url>", "tries the Worker that is deployed there, in place of a store")
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
    await examineWorker(config, options.url, options);
    return;
  }
  const stores = storesOf(config, name);
  for (const { credentials } of stores) {
    const pair = [credentials.accessKeyId.name, credentials.secretAccessKey.name];
    const missing = pair.filter((secret) => missingSecrets.includes(secret));
    if (missing.length > 0) {
      throw new InvalidArgumentError(
        `Set ${missing.join(" and ")} in the environment, or in the file of --env-file: the doctor sends real requests.`,
      );
    }
  }
  const reports: Report[] = [];
  for (const store of stores) {
    // oxlint-disable-next-line no-await-in-loop -- one table after the other
    const report = await examine(config, store, options);
    reports.push(report);
    if (!options.json) process.stdout.write(describe(report, store, path));
  }
  if (options.json) process.stdout.write(`${JSON.stringify(reports, undefined, 2)}\n`);
  process.exitCode = isBad(reports.flatMap(({ groups }) => groups)) ? 1 : 0;
}

const isBad = (groups: readonly Group[]): boolean =>
  groups.some(({ findings }) => findings.some(({ verdict }) => verdict === "bad"));

async function examineWorker(config: Config, url: string, options: Options): Promise<void> {
  const { policy, flood = false, json } = options;
  const token =
    options.token ??
    (config.isDevelopment
      ? await mintDevelopmentToken("doctor", { expiresInSeconds: 60 })
      : undefined);
  const findings = await orNoAnswer(async () => {
    const worker = await probeWorker({ url, config, ask, isFlooded: flood });
    if (worker.some(({ name, verdict }) => name === "worker" && verdict === "bad")) return worker;
    if (token !== undefined)
      return [...worker, await probeWorkerTicket({ url, config, token, policy })];
    return [
      ...worker,
      { name: "worker-ticket", verdict: "note", says: "not tried: --token sends a file" },
    ];
  });
  const groups = [{ title: new URL(url).origin, findings }];
  process.stdout.write(
    json
      ? `${JSON.stringify(groups, undefined, 2)}\n`
      : `\n${printGroups(groups)}\n${printSum(groups)}\n`,
  );
  process.exitCode = isBad(groups) ? 1 : 0;
}

async function orNoAnswer(work: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    const mend = "check the address, and deploy with npm run deploy";
    return [{ name: "worker", verdict: "bad", says: error.message, mend }];
  }
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

async function examine(config: Config, store: Store, { dev, json }: Options): Promise<Report> {
  const world = { nowMs: Date.now, newId: randomUUID };
  const embeddedOrigin = new URL(dev).origin;
  const session = openSession(config, store, { embeddedOrigin, world });
  const progress = json || !process.stderr.isTTY ? undefined : spinner({ output: process.stderr });
  progress?.start(`${store.name}: Access`);
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
  const rest =
    left.length === 0
      ? ""
      : `\nLeft in the bucket, as these keys may not delete:\n${left.map((key) => `  ${key}`).join("\n")}\n`;
  return `${head}\n${printGroups(groups)}${printSettings(name, setting)}${rest}\n${printSum(groups)}\n`;
}
