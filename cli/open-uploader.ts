/** The TypeScript client, as a command uses it: told at once where there is no Worker, and what failed in a line. */
import { setTimeout as wait } from "node:timers/promises";
import { InvalidArgumentError } from "commander";
import * as z from "zod/mini";
import { UploadError, createUploader, type Uploader } from "../client/web/src/index.ts";
import { createCountedFetch, type OnFlight } from "./fetch-with-progress.ts";
import { NoAnswer, createAsk, reasonOf } from "./doctor/send-request.ts";
import { parseJson } from "./parse-json.ts";

interface Opening {
  readonly url: URL;
  readonly token: string;
  readonly onFlight?: OnFlight;
}

/** The Worker said no, or nothing. */
export class Refused extends Error {
  override readonly name = "Refused";
}

/** What a header can have (RFC 6750 section 2.1, and whatever else is no space). */
const TOKEN = /^[\x21-\x7e]+$/;
const healthSchema = z.object({ status: z.literal("ok") });
const problemSchema = z.object({ code: z.string(), detail: z.string() });

/** Throws `Refused` where no Worker is, and for a token that cannot be sent: it is not printed. */
export async function openUploader({ url, token, onFlight }: Opening): Promise<Uploader> {
  if (!TOKEN.test(token))
    throw new Refused("The token has a space, a line break or another character that no token has");
  await expectWorker(url.origin);
  return createUploader({
    endpoint: url.origin,
    getToken: () => token,
    resumeStorage: false,
    wait: async (milliseconds, signal) => wait(milliseconds, undefined, signal && { signal }),
    ...(onFlight && { fetch: createCountedFetch(onFlight) }),
  });
}

async function expectWorker(origin: string): Promise<void> {
  const ask = createAsk(new AbortController().signal);
  try {
    const { status, text } = await ask(new URL("/healthz", origin).href);
    const answer = parseJson(text);
    if (healthSchema.safeParse(answer).success) return;
    const problem = problemSchema.safeParse(answer);
    throw new Refused(
      problem.success
        ? `${status} ${problem.data.code}: ${problem.data.detail}`
        : `${origin} answered ${status}: is this the Worker?`,
    );
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    const start = error.message.includes("ECONNREFUSED")
      ? ": start it with npm run dev, in another terminal"
      : "";
    throw new Refused(`${error.message}${start}`, { cause: error });
  }
}

/** What failed, for people: never the URL of a ticket. */
export function describeFailure(error: unknown): string {
  if (error instanceof Refused || error instanceof InvalidArgumentError) return error.message;
  if (!(error instanceof UploadError)) throw error;
  const { code, status, detail, storeCode, cause } = error;
  if (code === "store-refused")
    return `The store answered ${[status, storeCode].filter(Boolean).join(" ")}: npx edge-presigner explain tells why`;
  if (status !== undefined) return `${status} ${code}: ${detail}`;
  return cause === undefined ? detail : `${detail}: ${reasonOf(cause)}`;
}
