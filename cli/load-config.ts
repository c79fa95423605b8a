/** Loads the configuration and compiles it as the Worker does, with placeholders for missing secrets. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { InvalidArgumentError } from "commander";
import { DEVELOPMENT_SECRETS } from "../dev/secrets.ts";
import type { Config } from "../src/config/config.ts";
import type { Env } from "../src/secret.ts";
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
  const loaded: unknown = await import(pathToFileURL(resolve(path)).href).catch(
    (cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new InvalidArgumentError(`Cannot load ${path}: ${reason}`);
    },
  );
  if (typeof loaded === "object" && loaded !== null && "default" in loaded) return loaded.default;
  throw new InvalidArgumentError(
    `${path} has no default export: add "export default defineConfig({ … })".`,
  );
}

/** Compiles a configuration file. The development file has public secrets of its own. Throws `ConfigurationError` with every error. */
export async function loadConfig(path: string, env: Env): Promise<Loaded> {
  const definition = await loadDefinition(path);
  const isDevelopment = resolve(path) === resolve(import.meta.dirname, "..", DEVELOPMENT_FILE);
  const present = isDevelopment ? { ...env, ...DEVELOPMENT_SECRETS } : env;
  return { definition, ...compileWithPlaceholders(definition, present) };
}
