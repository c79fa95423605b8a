/** Keeps the refusals of the last minutes, as the Worker's log has them. */
import * as z from "zod/mini";
import { readLogLine } from "../log/read-line.ts";

export interface Refusal {
  readonly atMs: number;
  readonly code: string;
  readonly requestId: string;
  /** What only the log says. */
  readonly reason?: string | undefined;
  /** Of the line of the request, where it has one. The caller is a digest. */
  readonly route?: string | undefined;
  readonly policy?: string | undefined;
  readonly caller?: string | undefined;
}

export interface Refusals {
  /** Takes one line of a log: of the Worker itself, or of `wrangler tail --format json`. Others are ignored. */
  readonly read: (line: string) => void;
  /** Returns those of the last 30 minutes, the newest first. */
  readonly recent: () => readonly Refusal[];
}

export const KEPT_MINUTES = 30;
const MAX_KEPT = 2000;

const eventSchema = z.object({
  event: z.enum(["request-refused", "request-failed", "request"]),
  code: z.optional(z.string()),
  requestId: z.optional(z.string()),
  reason: z.optional(z.string()),
  route: z.optional(z.string()),
  policy: z.optional(z.string()),
  caller: z.optional(z.string()),
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
    if (!success || data.code === "ok") return;
    const { event: _, code = "internal", requestId = "", ...facts } = data;
    // Two lines may be of one request: why it was refused, and whose it was.
    const earlier = requestId === "" ? undefined : kept.find((one) => one.requestId === requestId);
    const others = earlier ? kept.filter((one) => one !== earlier) : recent();
    kept = [{ atMs, ...earlier, code, requestId, ...facts }, ...others].slice(0, MAX_KEPT);
  };
  return {
    read(line) {
      for (const { event, atMs } of readLogLine(line)) add(event, atMs ?? now());
    },
    recent,
  };
}
