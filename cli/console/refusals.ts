/** Keeps the refusals of the last minutes, as the Worker's log has them. */
import * as z from "zod/mini";
import { parseJson } from "../parse-json.ts";

export interface Refusal {
  readonly atMs: number;
  readonly code: string;
  readonly requestId: string;
  /** What only the log says. */
  readonly reason: string | undefined;
}

export interface Refusals {
  /** Takes one line of a log: of the Worker itself, or of `wrangler tail --format json`. Others are ignored. */
  readonly read: (line: string) => void;
  /** Returns those of the last 30 minutes, the newest first. */
  readonly recent: () => readonly Refusal[];
}

export const KEPT_MINUTES = 30;
const MAX_KEPT = 2000;
const MAX_LINE_CHARACTERS = 256 * 1024;

const eventSchema = z.object({
  event: z.enum(["request-refused", "request-failed"]),
  code: z.optional(z.string()),
  requestId: z.optional(z.string()),
  reason: z.optional(z.string()),
});
/** One invocation, with what it has logged (Cloudflare: "Tail Workers"). */
const tailSchema = z.object({
  logs: z.array(z.object({ message: z.array(z.unknown()), timestamp: z.optional(z.number()) })),
});

/** `now` is in milliseconds: lines of the Worker itself have no time. */
export function createRefusals(now: () => number): Refusals {
  let kept: readonly Refusal[] = [];
  const recent = () => {
    const since = now() - KEPT_MINUTES * 60_000;
    kept = kept.filter(({ atMs }) => atMs >= since);
    return kept;
  };
  const add = (value: unknown, atMs: number) => {
    const { success, data } = eventSchema.safeParse(value);
    if (!success) return;
    const { code = "internal", requestId = "", reason } = data;
    kept = [{ atMs, code, requestId, reason }, ...recent()].slice(0, MAX_KEPT);
  };
  return {
    read(line) {
      if (line.length > MAX_LINE_CHARACTERS) return;
      const value = parseJson(line.slice(Math.max(0, line.indexOf("{"))));
      const tail = tailSchema.safeParse(value);
      if (!tail.success) {
        add(value, now());
        return;
      }
      for (const { message, timestamp } of tail.data.logs)
        for (const part of message)
          add(typeof part === "string" ? parseJson(part) : part, timestamp ?? now());
    },
    recent,
  };
}
