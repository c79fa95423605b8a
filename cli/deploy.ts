/** `edge-presigner deploy`: builds, checks, and then lets Wrangler deploy. */
import { spawnSync } from "node:child_process";
import { InvalidArgumentError, type Command } from "commander";
import { writeBuiltModule } from "./build.ts";
import { BUILT_FILE } from "./build/built-module.ts";
import { checkProject, printChecked } from "./check-config.ts";
import { findWorker } from "./dev/find-worker.ts";
import { findWrangler } from "./dev/find-wrangler.ts";
import { runInNewerNode } from "./dev/node.ts";
import { CONFIG_FILE, loadDefinition } from "./load-config.ts";

interface Options {
  readonly env?: string;
}

/** Adds the command `deploy` to the program. */
export function addDeploy(program: Command): void {
  program
    .command("deploy")
    .description("Checks the configuration and wrangler.toml, and deploys if there is no error.")
    .argument("[arguments...]", "arguments for wrangler deploy, such as --dry-run")
    .option("-e, --env <name>", "environment of wrangler.toml (default: production, at its top)")
    .allowUnknownOption()
    .action(run);
}

async function run(args: readonly string[], { env = "" }: Options): Promise<void> {
  const folder = process.cwd();
  if (await runInNewerNode(folder)) return;
  // Wrangler would build it too late: what is checked is what is deployed.
  const project = await findWorker(folder);
  if (project?.config.build?.command?.includes("edge-presigner build"))
    writeBuiltModule(await loadDefinition(CONFIG_FILE), BUILT_FILE);
  const checked = await checkProject(CONFIG_FILE, folder);
  if (env !== "" && !checked.environments.includes(env))
    throw new InvalidArgumentError(
      `wrangler.toml has no environment ${env} to deploy. It has ${checked.environments.join(", ")}.`,
    );
  printChecked(checked);
  if (checked.errors.length > 0) {
    process.exitCode = 1;
    return;
  }
  const { status } = spawnSync(
    process.execPath,
    [findWrangler(folder), "deploy", `--env=${env}`, ...args],
    { cwd: folder, stdio: "inherit" },
  );
  process.exitCode = status ?? 1;
}
