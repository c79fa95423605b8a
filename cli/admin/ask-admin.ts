/** Asks an admin route of a Worker. */
import { Option, type Command } from "commander";
import { createAskWorker, type WorkerRequest } from "../ask-worker.ts";
import { createRequestSender } from "../doctor/send-request.ts";
import { mintDevelopmentAdminToken } from "../mint.ts";
import { WorkerError } from "../open-uploader.ts";
import { urlOption } from "../url-option.ts";

/** The values of `--url` and `--token`. */
export interface AdminOptions {
  readonly url: URL;
  readonly token?: string;
}

const TOKEN_SECONDS = 300;

/** Adds `--url` and `--token` to a command. */
export function addAdminOptions(command: Command): Command {
  return command
    .addOption(urlOption("--url <url>", "URL of the Worker"))
    .addOption(
      new Option(
        "--token <token>",
        "token of an admin issuer (default: one of the development server)",
      ).env("ADMIN_TOKEN"),
    );
}

/** Returns the parsed answer. Throws `WorkerError` for a refusal, and where no Worker answers. */
export async function askAdmin<T>(
  { url, token }: AdminOptions,
  request: WorkerRequest<T>,
): Promise<T> {
  const bearer = token ?? (await mintDevelopmentAdminToken("operator", TOKEN_SECONDS));
  const send = createRequestSender(new AbortController().signal);
  try {
    return await createAskWorker({ url, token: bearer }, send)(request);
  } catch (error) {
    if (!(error instanceof WorkerError)) throw error;
    const message = error.message.replace("/issuer: ", "the issuer (--issuer) ");
    throw new WorkerError(message, { cause: error });
  }
}
