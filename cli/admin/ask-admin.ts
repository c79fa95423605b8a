/** Asks an admin route of a Worker. */
import { Option, type Command } from "commander";
import * as z from "zod/mini";
import { NoResponse, createRequestSender } from "../doctor/send-request.ts";
import { mintDevelopmentAdminToken } from "../mint.ts";
import { WorkerError } from "../open-uploader.ts";
import { parseJson } from "../parse-json.ts";
import { urlOption } from "../url-option.ts";

/** The values of `--url` and `--token`. */
export interface AdminOptions {
  readonly url: URL;
  readonly token?: string;
}

const TOKEN_SECONDS = 300;
/** What a header can carry. */
const TOKEN = /^[\x21-\x7e]+$/;
const problemSchema = z.object({ code: z.string(), detail: z.string() });

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

interface AdminRequest<T> {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  /** The answer of a success. */
  readonly answer: z.ZodMiniType<T>;
}

/** Returns the parsed answer. Throws `WorkerError` for a refusal, and where no Worker answers. */
export async function askAdmin<T>(
  { url, token }: AdminOptions,
  { method, path, body, answer: schema }: AdminRequest<T>,
): Promise<T> {
  const bearer = token ?? (await mintDevelopmentAdminToken("operator", TOKEN_SECONDS));
  if (!TOKEN.test(bearer)) throw new WorkerError("The token cannot be sent: copy it again");
  const { status, text } = await send(new URL(path, url), {
    method,
    headers: {
      authorization: `Bearer ${bearer}`,
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const json = text === "" ? undefined : parseJson(text);
  const parsed = schema.safeParse(json);
  if (status < 300 && parsed.success) return parsed.data;
  const problem = problemSchema.safeParse(json);
  throw new WorkerError(
    problem.success
      ? `${status} ${problem.data.code}: ${problem.data.detail}`
      : `${url.origin} answered ${status}, but not as the Worker does: check --url`,
  );
}

const send: (
  url: URL,
  request: Parameters<ReturnType<typeof createRequestSender>>[1],
) => ReturnType<ReturnType<typeof createRequestSender>> = async (url, request) => {
  try {
    return await createRequestSender(new AbortController().signal)(url.href, request);
  } catch (error) {
    if (error instanceof NoResponse) throw new WorkerError(error.message, { cause: error });
    throw error;
  }
};
