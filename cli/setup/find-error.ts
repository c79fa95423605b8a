/** What the compiler says of one answer. */
import { ConfigurationError } from "../../src/config/errors.ts";
import { compileWithStandIns } from "../placeholder-secrets.ts";

/** The first mistake at a path or below it. */
export function faultAt(definition: unknown, path: string): string | undefined {
  try {
    compileWithStandIns(definition, {});
    return undefined;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.errors.find((one) => `${one.path}.`.startsWith(`${path}.`))?.detail;
  }
}
