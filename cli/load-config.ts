/** Loads the configuration and compiles it as the Worker does, with placeholders for missing secrets. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { InvalidArgumentError } from "commander";
import { build } from "esbuild";
import { DEVELOPMENT_SECRETS } from "../dev/secrets.ts";
import type { Config } from "../src/config/config.ts";
import type { Env } from "../src/secret.ts";
import { bundleOptionsFor, importBundle } from "./bundle-config.ts";
import { compileWithPlaceholders } from "./placeholder-secrets.ts";

/** The configuration of the deployment, and that of `npm run dev`. */
export const CONFIG_FILE = "presigner.config.ts";
export const DEVELOPMENT_FILE = "dev/presigner.config.ts";

export interface Loaded {
  readonly config: Config;
  /** The plain data of the file. */
  readonly definition: unknown;
  /** The names of the secrets that are not in the environment: placeholders replace them. */
  readonly missingSecrets: readonly string[];
}

/** Returns the default export of a file. Throws `InvalidArgumentError` if it cannot be read or has none. */
export async function loadDefinition(path: string): Promise<unknown> {
  if (!existsSync(path))
    throw new InvalidArgumentError(`Cannot load ${path}: there is no such file.`);
  const { outputFiles } = await build(bundleOptionsFor(path)).catch((error: unknown) => {
    throw cannotLoad(path, error);
  });
  return readDefinition(path, outputFiles[0]?.contents ?? new Uint8Array());
}

/** Returns the default export of a bundled file. */
export async function readDefinition(path: string, bundle: Uint8Array): Promise<unknown> {
  const loaded = await importBundle(bundle).catch((error: unknown) => {
    throw cannotLoad(path, error);
  });
  if (typeof loaded === "object" && loaded !== null && "default" in loaded) return loaded.default;
  throw new InvalidArgumentError(
    `${path} has no default export: add "export default defineConfig({ … })".`,
  );
}

/** Returns the error that names the file and what is wrong in it. */
export function cannotLoad(path: string, error: unknown): InvalidArgumentError {
  const message = error instanceof Error ? error.message : String(error);
  const reason = message.replace(/^Build failed with .*\n/, "");
  return new InvalidArgumentError(`Cannot load ${path}: ${reason}`);
}

/** Compiles a configuration file. The development file has public secrets of its own. Throws `ConfigurationError` with every error. */
export async function loadConfig(path: string, env: Env): Promise<Loaded> {
  const definition = await loadDefinition(path);
  const isDevelopment = resolve(path) === resolve(import.meta.dirname, "..", DEVELOPMENT_FILE);
  const present = isDevelopment ? { ...env, ...DEVELOPMENT_SECRETS } : env;
  return { definition, ...compileWithPlaceholders(definition, present) };
}
