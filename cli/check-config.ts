/** `npm run check-config`: reports every error and warning of the configuration. Exits with 1 if there is an error. */
import { Command, InvalidArgumentError } from "commander";
import { styleText } from "node:util";
import { findStaleBuild } from "./build/stale-build.ts";
import { checkEnvironments } from "./check-environments.ts";
import { CONFIG_FILE, loadDefinition } from "./load-config.ts";
import { readDeployments } from "./read-deployments.ts";
import { paint, print, printError, printJson } from "./output.ts";

interface Options {
  readonly config: string;
  readonly strict?: boolean;
  readonly json?: boolean;
}

await new Command("npm run check-config --")
  .description("Checks the configuration and wrangler.toml before they are deployed.")
  .option("--config <file>", "configuration file", CONFIG_FILE)
  .option("--strict", "exit with 1 for a warning too")
  .option("--json", "print errors and warnings as JSON")
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .action(run)
  .parseAsync();

async function run({ config, strict = false, json = false }: Options): Promise<void> {
  const definition = await loadDefinition(config).catch((error: unknown) => {
    if (!(error instanceof InvalidArgumentError)) throw error;
    printError(`${paint("red", "✘")} ${error.message}\n`);
    return process.exit(2);
  });
  const { errors: found, warnings } = checkEnvironments(definition, await readDeployments());
  // What was built of another file is not what is checked.
  const stale = config === CONFIG_FILE ? findStaleBuild(definition) : undefined;
  const errors = [...found, ...(stale ? [stale] : [])];
  const isGood = errors.length === 0 && (warnings.length === 0 || !strict);
  if (!isGood) process.exitCode = 1;
  if (json) {
    printJson({ isGood, errors, warnings });
    return;
  }
  for (const { path, detail } of errors)
    printError(`${paint("red", "✘")} ${paint("bold", path)}: ${detail}\n`);
  for (const { path, detail } of warnings)
    printError(`${paint("yellow", "▲")} ${paint("bold", path)}: ${detail}\n`);
  const counts = [count(errors, "error"), count(warnings, "warning")].filter(Boolean).join(", ");
  if (counts !== "") printError(`\n${counts}. docs/configuration.md explains each field\n`);
  if (errors.length === 0)
    print(`${styleText("green", "✔")} ${config} and wrangler.toml are valid\n`);
}

function count(found: readonly unknown[], noun: string): string {
  if (found.length === 0) return "";
  return `${found.length} ${noun}${found.length === 1 ? "" : "s"}`;
}
