/** Reads lines of a log: of the Worker itself, or of `wrangler tail --format json`. */
import * as z from "zod/mini";
import { parseJson } from "../parse-json.ts";

export interface Logged {
  readonly event: unknown;
  /** `undefined` for a line of the Worker itself, which has no time. */
  readonly atMs: number | undefined;
}

const MAX_LINE_CHARACTERS = 256 * 1024;
/** One invocation, with what it has logged (Cloudflare: "Tail Workers"). */
const tailSchema = z.object({
  logs: z.array(z.object({ message: z.array(z.unknown()), timestamp: z.optional(z.number()) })),
});

/** Returns what was logged; nothing for a line that is no JSON. */
export function readLogLine(line: string): readonly Logged[] {
  if (line.length > MAX_LINE_CHARACTERS) return [];
  const value = parseJson(line.slice(Math.max(0, line.indexOf("{"))));
  const tail = tailSchema.safeParse(value);
  if (!tail.success) return [{ event: value, atMs: undefined }];
  return tail.data.logs.flatMap(({ message, timestamp }) =>
    message.map((part) => ({
      event: typeof part === "string" ? parseJson(part) : part,
      atMs: timestamp,
    })),
  );
}
