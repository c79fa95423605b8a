/** Finds a written module that is not of the present configuration. */
import { existsSync, readFileSync } from "node:fs";
import type { ConfigError } from "../../src/config/errors.ts";
import { VERSION } from "../../src/version.ts";
import { BUILT_FILE, hashOf, stamp } from "./built-module.ts";

/** Returns the error; `undefined` where there is no such module, or where it is up to date. */
export function findStaleBuild(definition: unknown, file = BUILT_FILE): ConfigError | undefined {
  if (!existsSync(file)) return undefined;
  const [first] = readFileSync(file, "utf8").split(/\r?\n/, 1);
  if (first === stamp({ version: VERSION, definition: hashOf(definition) })) return undefined;
  const detail = "is of an earlier configuration or package: run npx edge-presigner build";
  return { path: file, detail };
}
