/** `--config` and `--secrets-file`: which configuration and which secrets a command works with. */
import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { InvalidArgumentError, type Command } from "commander";
import type { Env } from "../src/secret.ts";
import {
  CONFIG_FILE,
  DEVELOPMENT_FILE,
  loadConfig,
  loadDefinition,
  type Loaded,
} from "./load-config.ts";
import { findPlaceholders } from "./example-values.ts";

/** What the two options give. */
export interface ConfigOptions {
  readonly config?: string;
  readonly secretsFile?: string;
}

/** Where Wrangler reads the secrets of a machine. */
const SECRETS_FILE = ".dev.vars";

export function addConfigOptions(command: Command): Command {
  return command
    .option(
      "--config <file>",
      `the configuration; without it ${CONFIG_FILE}, or the one of npm run dev while that is still the example`,
    )
    .option(
      "--secrets-file <file>",
      `secrets beside those in the environment; without it ${SECRETS_FILE}, where there is one`,
    );
}

/** The secrets of the environment and of the file; the environment wins. */
export function readEnv({ secretsFile }: ConfigOptions): Env {
  const path = secretsFile ?? SECRETS_FILE;
  if (secretsFile !== undefined && !existsSync(secretsFile))
    throw new InvalidArgumentError(`There is no file ${secretsFile}.`);
  const inFile = existsSync(path) ? parseEnv(readFileSync(path, "utf8")) : {};
  return { ...inFile, ...process.env };
}

/** Throws `ConfigurationError` with every mistake. */
export async function openConfig(
  options: ConfigOptions,
): Promise<Loaded & { readonly path: string }> {
  const env = readEnv(options);
  const path = options.config ?? (await choosePath());
  return { path, ...(await loadConfig(path, env)) };
}

async function choosePath(): Promise<string> {
  const isExample = findPlaceholders(await loadDefinition(CONFIG_FILE)).length > 0;
  return isExample ? DEVELOPMENT_FILE : CONFIG_FILE;
}
