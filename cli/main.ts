#!/usr/bin/env node
/** `npx edge-presigner`: what the people who run the service need beside it. */
import { Command, InvalidArgumentError } from "commander";
import { version } from "./package.ts";
import { addKeys } from "./keys.ts";
import { addReceipt } from "./receipt.ts";

const program = new Command("edge-presigner")
  .description("Makes the secrets of the Worker, and checks receipts.")
  .version(version)
  .showHelpAfterError()
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
for (const add of [addKeys, addReceipt]) add(program);
try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof InvalidArgumentError)) throw error;
  process.stderr.write(`✘ ${error.message}\n`);
  process.exitCode = 2;
}
