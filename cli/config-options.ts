/** The options `--config` and `--secrets-file`, and the configuration and secrets that they name. */
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
import { findExampleValues } from "./example-values.ts";

/** The values of the two options. */
export interface ConfigOptions {
  readonly config?: string;
  readonly secretsFile?: string;
}

/** The file in which Wrangler expects local secrets. */
const SECRETS_FILE = ".dev.vars";

/** Adds `--config` and `--secrets-file` to a command. */
export function addConfigOptions(command: Command): Command {
  return command
    .option(
      "--config <file>",
      `configuration file (default: ${CONFIG_FILE}, or ${DEVELOPMENT_FILE} while that one has example values)`,
    )
    .option(
      "--secrets-file <file>",
      `file with secrets; the environment overrides it (default: ${SECRETS_FILE}, if it exists)`,
    );
}

/** Returns the secrets of the file and of the environment, which overrides the file. */
export function readEnv({ secretsFile }: ConfigOptions): Env {
  const path = secretsFile ?? SECRETS_FILE;
  if (secretsFile !== undefined && !existsSync(secretsFile))
    throw new InvalidArgumentError(`Cannot find the file ${secretsFile}.`);
  const inFile = existsSync(path) ? parseEnv(readFileSync(path, "utf8")) : {};
  return { ...inFile, ...process.env };
}

/** Returns the compiled configuration and its path. Throws `ConfigurationError` with every error. */
export async function openConfig(
  options: ConfigOptions,
): Promise<Loaded & { readonly path: string }> {
  const env = readEnv(options);
  const path = options.config ?? (await choosePath());
  return { path, ...(await loadConfig(path, env)) };
}

async function choosePath(): Promise<string> {
  if (!existsSync(DEVELOPMENT_FILE)) return CONFIG_FILE;
  const isExample = findExampleValues(await loadDefinition(CONFIG_FILE)).length > 0;
  return isExample ? DEVELOPMENT_FILE : CONFIG_FILE;
}
