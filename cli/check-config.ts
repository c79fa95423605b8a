/** `edge-presigner check-config`: reports every error and warning of the configuration. Exits with 1 if there is an error. */
import { docsPath } from "./docs-path.ts";
import type { Command } from "commander";
import { styleText } from "node:util";
import { findStaleBuild } from "./build/stale-build.ts";
import type { Checked, Finding } from "./check-deployment.ts";
import { checkEnvironments } from "./check-environments.ts";
import { runInNewerNode } from "./dev/node.ts";
import { CONFIG_FILE, loadDefinition } from "./load-config.ts";
import { readDeployments } from "./read-deployments.ts";
import { paint, print, printError, printJson } from "./output.ts";

interface Options {
  readonly config: string;
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** Adds the command `check-config` to the program. */
export function addCheckConfig(program: Command): void {
  program
    .command("check-config")
    .description("Checks the configuration and wrangler.toml before they are deployed.")
    .option("--config <file>", "configuration file", CONFIG_FILE)
    .option("--strict", "exit with 1 for a warning too")
    .option("--json", "print errors and warnings as JSON")
    .action(run);
}

async function run({ config, strict = false, json = false }: Options): Promise<void> {
  const folder = process.cwd();
  if (await runInNewerNode(folder)) return;
  const checked = await checkProject(config, folder);
  const { errors, warnings, environments } = checked;
  const isGood = errors.length === 0 && (warnings.length === 0 || !strict);
  if (!isGood) process.exitCode = 1;
  if (json) {
    printJson({ isGood, environments, errors, warnings });
    return;
  }
  printChecked(checked);
  if (errors.length === 0) print(`${styleText("green", "✔")} ${describe(config, environments)}\n`);
}

interface ProjectChecked extends Checked {
  /** The environments that were checked. */
  readonly environments: readonly string[];
}

/** Checks the project in the folder. Throws `InvalidArgumentError` for a file that cannot be read. */
export async function checkProject(config: string, folder: string): Promise<ProjectChecked> {
  const definition = await loadDefinition(config);
  const deployments = await readDeployments(folder);
  const { errors, warnings } = checkEnvironments(definition, deployments);
  // What was built of another file is not what is checked.
  const stale = config === CONFIG_FILE ? findStaleBuild(definition) : undefined;
  return {
    errors: [...errors, ...(stale ? [stale] : [])],
    warnings,
    environments: deployments.map(({ name }) => name ?? "production"),
  };
}

/** Prints the errors and warnings, and how many there are. */
export function printChecked({ errors, warnings }: Checked): void {
  for (const error of errors) printFinding(paint("red", "✘"), error);
  for (const warning of warnings) printFinding(paint("yellow", "▲"), warning);
  const counts = [count(errors, "error"), count(warnings, "warning")].filter(Boolean).join(", ");
  if (counts !== "")
    printError(`\n${counts}. ${docsPath("configuration.md")} explains each field\n`);
}

function printFinding(sign: string, { path, detail, paste }: Finding): void {
  printError(`${sign} ${paint("bold", path)}: ${detail}\n`);
  if (paste !== undefined) printError(`\n${paste.replaceAll(/^/gm, "    ")}\n\n`);
}

function describe(config: string, environments: readonly string[]): string {
  const valid = `${config} and wrangler.toml are valid`;
  return environments.length === 1 ? valid : `${valid}: ${environments.join(", ")}`;
}

function count(found: readonly unknown[], noun: string): string {
  if (found.length === 0) return "";
  return `${found.length} ${noun}${found.length === 1 ? "" : "s"}`;
}
