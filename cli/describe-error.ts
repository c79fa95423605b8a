/** Describes what is wrong with a command line, a file or the configuration. */
import { InvalidArgumentError } from "commander";
import { ConfigurationError } from "../src/config/errors.ts";
import { paint } from "./output.ts";

/** Returns the text for a person. Throws what is an error of the program itself. */
export function describeError(error: unknown): string {
  const cross = paint("red", "✘");
  if (error instanceof InvalidArgumentError || isSystemError(error))
    return `${cross} ${error.message}`;
  if (!(error instanceof ConfigurationError)) throw error;
  return error.errors
    .map(({ path, detail }) => `${cross} ${paint("bold", path)}: ${detail}`)
    .join("\n");
}

/** Returns whether Node.js reports a failure of the operating system, such as a file that may not be read. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error;
}
