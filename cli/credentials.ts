/** `edge-presigner credentials`: asks the Worker for temporary S3 credentials, and prints them for a tool. */
import { Option, type Command } from "commander";
import * as z from "zod/mini";
import { NoResponse, createRequestSender } from "./doctor/send-request.ts";
import { WorkerError, describeFailure } from "./open-uploader.ts";
import { FORMATS, type CredentialFormat } from "./credentials/formats.ts";
import { answerSchema, type GivenCredentials } from "./credentials/given.ts";
import { paint, print, printError } from "./output.ts";
import { parseJson } from "./parse-json.ts";
import { urlOption } from "./url-option.ts";

interface Options {
  readonly url: URL;
  readonly token: string;
  readonly policy: string;
  readonly actions?: string;
  readonly format: CredentialFormat;
}

const problemSchema = z.object({ code: z.string(), detail: z.string() });

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

async function run(options: Options): Promise<void> {
  try {
    print(FORMATS[options.format](await askForCredentials(options)));
  } catch (error) {
    const known = error instanceof NoResponse ? new WorkerError(error.message) : error;
    printError(`${paint("red", "✘")} ${describeFailure(known)}\n`);
    process.exitCode = 1;
  }
}

async function askForCredentials({
  url,
  token,
  policy,
  actions,
}: Options): Promise<GivenCredentials> {
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new WorkerError("The token cannot be sent: copy it again");
  const sendRequest = createRequestSender(new AbortController().signal);
  const { status, text } = await sendRequest(new URL("/v1/credentials", url).href, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ policy, ...(actions !== undefined && { actions: actions.split(",") }) }),
  });
  const answer = parseJson(text);
  const given = answerSchema.safeParse(answer);
  if (status === 201 && given.success) return given.data;
  const problem = problemSchema.safeParse(answer);
  throw new WorkerError(
    problem.success
      ? `${status} ${problem.data.code}: ${problem.data.detail}`
      : `${url.origin} answered ${status}, but not as the Worker does: check the URL`,
  );
}
