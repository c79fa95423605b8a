/** The commands of `npx edge-presigner`. */
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { addAdd } from "./add.ts";
import { addAdmin } from "./admin.ts";
import { addConsole } from "./console.ts";
import { addCosts } from "./costs.ts";
import { addBuild } from "./build.ts";
import { addCheckConfig } from "./check-config.ts";
import { addCredentials } from "./credentials.ts";
import { addDeploy } from "./deploy.ts";
import { describeError } from "./describe-error.ts";
import { addDev } from "./dev.ts";
import { addDoctor } from "./doctor.ts";
import { addExplain } from "./explain.ts";
import { addKeys } from "./keys.ts";
import { addInit } from "./init.ts";
import { printError } from "./output.ts";
import { VERSION } from "../src/version.ts";
import { addReceipt } from "./receipt.ts";
import { addReconcile } from "./reconcile.ts";
import { addRevoke } from "./revoke.ts";
import { addSetup } from "./setup.ts";
import { addSmoke } from "./smoke.ts";
import { addSimulate } from "./simulate.ts";
import { addToken } from "./token.ts";
import { addUpload } from "./upload.ts";

/** Runs one command line, and sets the exit code of the process. Throws only what is an error of the program itself. */
export async function runProgram(args: readonly string[]): Promise<void> {
  const program = new Command("edge-presigner")
    .description("Runs, sets up, tests and debugs the Worker and its stores.")
    .version(VERSION)
    .showHelpAfterError()
    .exitOverride();
  for (const add of [
    addInit,
    addAdd,
    addDev,
    addSetup,
    addDoctor,
    addSmoke,
    addExplain,
    addSimulate,
    addKeys,
    addToken,
    addUpload,
    addCredentials,
    addRevoke,
    addReceipt,
    addReconcile,
    addAdmin,
    addConsole,
    addCosts,
    addBuild,
    addCheckConfig,
    addDeploy,
  ])
    add(program);
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError && !(error instanceof InvalidArgumentError)) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    printError(`${describeError(error)}\n`);
    process.exitCode = 2;
  }
}
