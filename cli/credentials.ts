/** `edge-presigner credentials`: asks the Worker for temporary S3 credentials, and prints them for a tool. */
import { Option, type Command } from "commander";
import { createAskWorker } from "./ask-worker.ts";
import { createRequestSender } from "./doctor/send-request.ts";
import { describeFailure } from "./open-uploader.ts";
import { FORMATS, type CredentialFormat } from "./credentials/formats.ts";
import { answerSchema } from "./credentials/given.ts";
import { paint, print, printError } from "./output.ts";
import { urlOption } from "./url-option.ts";

interface Options {
  readonly url: URL;
  readonly token: string;
  readonly policy: string;
  readonly actions?: string;
  readonly format: CredentialFormat;
}

/** Adds the command `credentials` to the program. */
export function addCredentials(program: Command): void {
  program
    .command("credentials")
    .description("Prints temporary S3 credentials for your own prefix, for rclone, aws or a shell.")
    .addOption(urlOption("--url <url>", "URL of the Worker"))
    .addOption(new Option("--token <token>", "bearer token").env("TOKEN").makeOptionMandatory())
    .requiredOption("--policy <name>", "policy, which must have credentials")
    .option("--actions <list>", "read, write or both, with a comma (default: all of the policy)")
    .addOption(
      new Option("--format <format>", "what reads them")
        .choices(["env", "aws", "rclone"])
        .default("env"),
    )
    .action(run);
}

async function run({ format, policy, actions, ...worker }: Options): Promise<void> {
  const ask = createAskWorker(worker, createRequestSender(new AbortController().signal));
  try {
    const given = await ask({
      method: "POST",
      path: "/v1/credentials",
      body: { policy, ...(actions !== undefined && { actions: actions.split(",") }) },
      answer: answerSchema,
    });
    print(FORMATS[format](given));
  } catch (error) {
    printError(`${paint("red", "✘")} ${describeFailure(error)}\n`);
    process.exitCode = 1;
  }
}
