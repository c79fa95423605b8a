/** A definition that is not in a file, compiled as the file would be. */
import { compileConfig } from "../../src/config/compile.ts";
import type { Config } from "../../src/config/config.ts";
import { ConfigurationError } from "../../src/config/mistakes.ts";
import type { Env } from "../../src/secret.ts";
import { secretsOf, standInsFor } from "../stand-ins.ts";

/** Stand-ins take the place of the secrets that are not here. Throws `ConfigurationError`. */
export function compileWithStandIns(definition: unknown, env: Env): Config {
  const missing = secretsOf(definition).filter((name) => !env[name]);
  return compileConfig(definition, { ...env, ...standInsFor(missing) });
}

/** The first mistake at a path or below it. */
export function faultAt(definition: unknown, path: string): string | undefined {
  try {
    compileWithStandIns(definition, {});
    return undefined;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.mistakes.find((mistake) => `${mistake.path}.`.startsWith(`${path}.`))?.detail;
  }
}
