/** Finds the configuration error of one field. */
import { ConfigurationError } from "../../src/config/errors.ts";
import { compileWithPlaceholders } from "../placeholder-secrets.ts";

/** Returns the first error at a path or below it, or `undefined`. */
export function findErrorAt(definition: unknown, path: string): string | undefined {
  try {
    compileWithPlaceholders(definition, {});
    return undefined;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.errors.find((one) => `${one.path}.`.startsWith(`${path}.`))?.detail;
  }
}
