/** The Worker, as a command asks it: JSON in and out, with a token. */
import * as z from "zod/mini";

export interface WorkerClient {
  /** Throws `Refused` with what the Worker says, or why nothing answers. */
  readonly ask: <T>(schema: z.ZodMiniType<T>, path: string, body?: object) => Promise<T>;
}

/** The Worker said no, or nothing. */
export class Refused extends Error {
  override readonly name = "Refused";
}

const problemSchema = z.object({ code: z.string(), detail: z.string() });
const TIMEOUT_MS = 90_000;

/** What a header can have (RFC 6750 section 2.1, and whatever else is no space). */
const TOKEN = /^[\x21-\x7e]+$/;

/** Throws `Refused` for a token that cannot be sent: it is not printed. */
export function createWorkerClient({ origin: url }: URL, token: string): WorkerClient {
  if (!TOKEN.test(token))
    throw new Refused("The token has a space, a line break or another character that no token has");
  return {
    async ask(schema, path, body) {
      const headers = {
        authorization: `Bearer ${token}`,
        ...(body && { "content-type": "application/json" }),
      };
      const response = await fetch(new URL(path, url), {
        method: "POST",
        headers,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body && { body: JSON.stringify(body) }),
      }).catch((cause: unknown) => {
        throw new Refused(whyNothing(cause, url), { cause });
      });
      const answer: unknown = await response.json().catch(() => undefined);
      const parsed = schema.safeParse(answer);
      if (response.ok && parsed.success) return parsed.data;
      const problem = problemSchema.safeParse(answer);
      throw new Refused(
        problem.success
          ? `${response.status} ${problem.data.code}: ${problem.data.detail}`
          : `${url} answered ${response.status}: is this the Worker?`,
      );
    },
  };
}

function whyNothing(cause: unknown, url: string): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const code = inner instanceof Error && "code" in inner ? String(inner.code) : undefined;
  return code === "ECONNREFUSED"
    ? `Nothing answers at ${url}: start it with npm run dev, in another terminal`
    : `Nothing answers at ${url}: ${code ?? String(inner)}`;
}
