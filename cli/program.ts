/** The commands of `npx edge-presigner`. */
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { ConfigurationError } from "../src/config/errors.ts";
import { addDoctor } from "./doctor.ts";
import { addExplain } from "./explain.ts";
import { addKeys } from "./keys.ts";
import { paint, printError } from "./output.ts";
import { VERSION } from "../src/version.ts";
import { addReceipt } from "./receipt.ts";
import { addSetup } from "./setup.ts";
import { addSimulate } from "./simulate.ts";
import { addToken } from "./token.ts";
import { addUpload } from "./upload.ts";

/** Runs one command line, and sets the exit code of the process. Throws only what is an error of the program itself. */
export async function runProgram(args: readonly string[]): Promise<void> {
  const program = new Command("edge-presigner")
    .description("Sets up, tests and debugs the Worker and its stores.")
    .version(VERSION)
    .showHelpAfterError()
    .exitOverride();
  for (const add of [
    addSetup,
    addDoctor,
    addExplain,
    addSimulate,
    addKeys,
    addToken,
    addUpload,
    addReceipt,
  ])
    add(program);
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError && !(error instanceof InvalidArgumentError)) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    printError(`${messageOf(error)}\n`);
    process.exitCode = 2;
  }
}

function messageOf(error: unknown): string {
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
