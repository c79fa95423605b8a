/** The configuration, as the Worker compiles it: with stand-ins for the secrets that are not here. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { InvalidArgumentError } from "commander";
import { DEVELOPMENT_SECRETS } from "../dev/secrets.ts";
import type { Config } from "../src/config/config.ts";
import type { Env } from "../src/secret.ts";
import { compileWithStandIns } from "./stand-ins.ts";

/** What `presigner.config.ts` is called, and the one of `npm run dev`. */
export const CONFIG_FILE = "presigner.config.ts";
export const DEVELOPMENT_FILE = "dev/presigner.config.ts";

export interface Loaded {
  readonly config: Config;
  /** Plain data, as it stands in the file. */
  readonly definition: unknown;
  /** The names of the secrets that the environment lacks: stand-ins take their place. */
  readonly missingSecrets: readonly string[];
}

/** The default export of that file. Throws where there is none. */
export async function loadDefinition(path: string): Promise<unknown> {
  const loaded: unknown = await import(pathToFileURL(resolve(path)).href).catch(
    (cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new InvalidArgumentError(`Cannot read ${path}: ${reason}`);
    },
  );
  if (typeof loaded === "object" && loaded !== null && "default" in loaded) return loaded.default;
  throw new InvalidArgumentError(`Give ${path} a default export: defineConfig({ … })`);
}

/** Throws `ConfigurationError` with every mistake. The development file has its own, public secrets. */
export async function loadConfig(path: string, env: Env): Promise<Loaded> {
  const definition = await loadDefinition(path);
  const isDevelopment = resolve(path) === resolve(import.meta.dirname, "..", DEVELOPMENT_FILE);
  const present = isDevelopment ? { ...env, ...DEVELOPMENT_SECRETS } : env;
  return { definition, ...compileWithStandIns(definition, present) };
}
