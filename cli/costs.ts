/** `edge-presigner costs`: what uploads cost in a month, for the configuration at hand. */
import { InvalidArgumentError, type Command } from "commander";
import type { Config } from "../src/config/config.ts";
import { parseDuration, parseSize } from "../src/config/units.ts";
import { addConfigOptions, openConfig, type ConfigOptions } from "./config-options.ts";
import { forecast, type Load } from "./costs/forecast.ts";
import { group } from "./costs/format.ts";
import { bold, printBill, printComparison, printNotes } from "./costs/print.ts";
import { printPolicies, printWatched } from "./costs/print-watched.ts";
import { watchLog } from "./costs/watch-log.ts";
import { print, printError, printJson } from "./output.ts";

interface Options extends ConfigOptions {
  readonly uploads: number;
  readonly size: number;
  readonly policy?: string;
  readonly events?: boolean;
  readonly log?: string;
  readonly over?: number;
  readonly json?: boolean;
}

/** Adds the command `costs` to the program. */
export function addCosts(program: Command): void {
  addConfigOptions(
    program
      .command("costs")
      .description("Says what uploads cost in a month: Cloudflare, and the store's requests."),
  )
    .option("--uploads <number>", "uploads in a month (default: 1000000)", readCount, 1e6)
    .option("--size <size>", "size of each file (default: 3 MB)", readSize, 3e6)
    .option("--policy <name>", "policy of the uploads (default: each one, to compare them)")
    .option("--events", "bucket events settle the uploads in place of complete")
    .option("--log <file>", "count real traffic in lines of the log; - reads standard input")
    .option("--over <duration>", "how long a log without times took, such as 1day", readOver)
    .option("--json", "print it as JSON")
    .action(run);
}

async function run(options: Options): Promise<void> {
  const { config, path } = await openConfig(options);
  const { log, policy } = options;
  if (log !== undefined) return showTraffic(config, log, options);
  if (policy === undefined) return comparePolicies(config, path, options);
  if (config.policies.has(policy)) return showPolicy(config, policy, options);
  const names = [...config.policies.keys()].join(", ");
  throw new InvalidArgumentError(`${path} has no policy "${policy}". It has ${names}.`);
}

const loadOf = (policy: string, { uploads, size }: Options): Load => ({
  policy,
  sizes: [{ uploads, bytes: uploads * size }],
});

function comparePolicies(config: Config, path: string, options: Options): void {
  const months = [...config.policies.keys()].map((name) =>
    forecast(config, [loadOf(name, options)], options.events),
  );
  if (options.json) return printJson(months);
  const head = `${group(options.uploads)} uploads in a month, if all were under one policy of ${path}`;
  print(`${bold(head)}\n\n${printComparison(months)}\n`);
  print("--policy NAME shows each line of the bill. --log FILE counts real traffic.\n");
}

function showPolicy(config: Config, name: string, options: Options): void {
  const month = forecast(config, [loadOf(name, options)], options.events);
  if (options.json) return printJson(month);
  const features = month.policies.flatMap((one) => one.with).join(", ");
  const head = `${group(options.uploads)} uploads in a month under ${name}: ${features}`;
  print(`${bold(head)}\n\n${printBill(month)}\n${printNotes(month, config)}`);
}

async function showTraffic(config: Config, log: string, options: Options): Promise<void> {
  const { loads, ...watched } = await watchLog({
    log,
    overSeconds: options.over,
    logging: config.logging,
    onStart: () => printError("Counting, until the log ends or Ctrl-C is pressed.\n"),
  });
  const month = forecast(config, loads, options.events);
  if (options.json) return printJson({ watched, ...month });
  print(`${bold("Next month, if it goes on like this")}\n\n${printWatched(watched)}\n`);
  print(`${printPolicies(month)}\n${printBill(month)}\n${printNotes(month, config)}`);
}

function readCount(text: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Use a whole number, such as 500000.");
}

function readSize(text: string): number {
  const size = parseSize(/^\d+$/.test(text) ? Number(text) : text);
  if (size !== undefined && size > 0) return size;
  throw new InvalidArgumentError('Use a size, such as "3 MB".');
}

function readOver(text: string): number {
  const seconds = parseDuration(text);
  if (seconds !== undefined && seconds > 0) return seconds;
  throw new InvalidArgumentError('Use a duration, such as "1 day".');
}
