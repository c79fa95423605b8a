#!/usr/bin/env node
/** `npx edge-presigner`: what the people who run the service need beside it. */
import { Command, InvalidArgumentError } from "commander";
import { ConfigurationError } from "../src/config/errors.ts";
import { addDoctor } from "./doctor.ts";
import { addExplain } from "./explain.ts";
import { addKeys } from "./keys.ts";
import { endWithReader, paint } from "./output.ts";
import { version } from "./package.ts";
import { addReceipt } from "./receipt.ts";
import { addSetup } from "./setup.ts";
import { addSimulate } from "./simulate.ts";
import { addToken } from "./token.ts";
import { addUpload } from "./upload.ts";

const program = new Command("edge-presigner")
  .description("Sets up, proves and explains what the Worker and its stores do.")
  .version(version)
  .showHelpAfterError()
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
endWithReader(process.stdout);
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
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 2;
}

function messageOf(error: unknown): string {
  const cross = paint("red", "✘");
  if (error instanceof InvalidArgumentError || isOfSystem(error))
    return `${cross} ${error.message}`;
  if (!(error instanceof ConfigurationError)) throw error;
  return error.errors
    .map(({ path, detail }) => `${cross} ${paint("bold", path)}: ${detail}`)
    .join("\n");
}

/** A file that may not be read, a disk that is full: Node.js says which one (Node.js: "SystemError"). */
function isOfSystem(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error;
}
