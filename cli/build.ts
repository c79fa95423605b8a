/** `edge-presigner build`: compiles the configuration before it is deployed. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { styleText } from "node:util";
import type { Command } from "commander";
import { BUILT_FILE, makeBuiltModule, type BuiltModule } from "./build/built-module.ts";
import { CONFIG_FILE, loadDefinition } from "./load-config.ts";
import { print, printJson } from "./output.ts";

interface Options {
  readonly config: string;
  readonly out: string;
  readonly json?: boolean;
}

/** Adds the command `build` to the program. */
export function addBuild(program: Command): void {
  program
    .command("build")
    .description("Compiles the configuration before it is deployed: new isolates start faster.")
    .option("--config <file>", "configuration file", CONFIG_FILE)
    .option(
      "--out <file>",
      "the module to write, in a folder that Wrangler does not watch",
      BUILT_FILE,
    )
    .option("--json", "print what was written as JSON")
    .action(run);
}

async function run({ config, out, json }: Options): Promise<void> {
  const { isChanged, policies, leftOut } = writeBuiltModule(await loadDefinition(config), out);
  if (json) {
    printJson({ file: out, isChanged, policies, leftOut });
    return;
  }
  const check = styleText("green", "✔");
  print(`${check} ${out} ${isChanged ? "is written" : "is up to date"}\n`);
  for (const reason of leftOut) print(`  Not in the bundle: ${reason}\n`);
}

/** Writes the module, if it changes. Throws `ConfigurationError` with every error of the definition. */
export function writeBuiltModule(
  definition: unknown,
  out: string,
): Omit<BuiltModule, "text"> & { readonly isChanged: boolean } {
  const { text, ...built } = makeBuiltModule(definition, out);
  // The same text again would make a watcher build without end.
  const isChanged = !existsSync(out) || readFileSync(out, "utf8") !== text;
  if (isChanged) {
    mkdirSync(dirname(out), { recursive: true });
    writeFileSync(out, text);
  }
  return { ...built, isChanged };
}
