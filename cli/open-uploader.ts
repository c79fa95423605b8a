/** Opens the TypeScript client for a command: it checks first that a Worker answers. */
import { setTimeout as wait } from "node:timers/promises";
import { InvalidArgumentError } from "commander";
import * as z from "zod/mini";
import { UploadError, createUploader, type Uploader } from "../client/web/src/index.ts";
import { createFetchWithProgress, type OnInFlight } from "./fetch-with-progress.ts";
import { NoResponse, createRequestSender, reasonOf } from "./doctor/send-request.ts";
import { printableValue } from "./printable.ts";
import { parseJson } from "./parse-json.ts";

interface UploaderOptions {
  readonly url: URL;
  readonly token: string;
  readonly onInFlight?: OnInFlight;
}

/** Nothing answers as the Worker does, or the token cannot be sent. */
export class WorkerError extends Error {
  override readonly name = "WorkerError";
}

/** What a header can carry: printable ASCII without spaces (wider than RFC 6750 section 2.1). */
const TOKEN = /^[\x21-\x7e]+$/;
const healthSchema = z.object({ status: z.literal("ok") });
const problemSchema = z.object({ code: z.string(), detail: z.string() });

/** Returns an uploader. Throws `WorkerError` if no Worker answers, or for a token that no header can carry, which is not printed. */
export async function openUploader({ url, token, onInFlight }: UploaderOptions): Promise<Uploader> {
  if (!TOKEN.test(token))
    throw new WorkerError(
      "The token has a space, a line break or another character that a token cannot have: copy it again",
    );
  await expectWorker(url.origin);
  return createUploader({
    endpoint: url.origin,
    getToken: () => token,
    resumeStorage: false,
    wait: async (milliseconds, signal) => wait(milliseconds, undefined, signal && { signal }),
    ...(onInFlight && { fetch: createFetchWithProgress(onInFlight) }),
  });
}

async function expectWorker(origin: string): Promise<void> {
  const sendRequest = createRequestSender(new AbortController().signal);
  try {
    const { status, text } = await sendRequest(new URL("/healthz", origin).href);
    const answer = parseJson(text);
    if (healthSchema.safeParse(answer).success) return;
    const problem = problemSchema.safeParse(answer);
    throw new WorkerError(
      problem.success
        ? `${status} ${problem.data.code}: ${problem.data.detail}`
        : `${origin} answered ${status}, but not as the Worker does: check the URL`,
    );
  } catch (error) {
    if (!(error instanceof NoResponse)) throw error;
    const start = error.message.includes("ECONNREFUSED")
      ? ". Start it with npm run dev in another terminal"
      : "";
    throw new WorkerError(`${error.message}${start}`, { cause: error });
  }
}

/** Returns one line about a failed upload, without the URL of its ticket. Rethrows any other error. */
export function describeFailure(error: unknown): string {
  return printableValue(messageOf(error));
}

function messageOf(error: unknown): string {
  if (error instanceof WorkerError || error instanceof InvalidArgumentError) return error.message;
  if (!(error instanceof UploadError)) throw error;
  const { code, status, detail, storeCode, cause } = error;
  if (code === "store-refused")
    return `The store answered ${[status, storeCode].filter(Boolean).join(" ")}: find out why with npx edge-presigner explain`;
  if (status !== undefined) return `${status} ${code}: ${detail}`;
  return cause === undefined ? detail : `${detail}: ${reasonOf(cause)}`;
}
