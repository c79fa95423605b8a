/** A virtual clock: what is due next happens next, and no time passes in between. */
import { createQueue } from "./queue.ts";

/** Something that goes on for a while: it yields the milliseconds until it goes on. */
export type Process = AsyncGenerator<number, void, void>;

export interface Schedule {
  readonly now: () => number;
  /** Runs `work` at that time, or now if that is over. What is due at the same time keeps its order. */
  readonly at: (atMs: number, work: () => Promise<void>) => void;
  /** Starts a process at that time. */
  readonly start: (atMs: number, process: Process) => void;
  /** Does all that is due until then, one after the other. The clock is at that time afterwards. */
  readonly runUntil: (untilMs: number) => Promise<void>;
}

export function createSchedule(startMs: number): Schedule {
  const due = createQueue<() => Promise<void>>();
  let nowMs = startMs;

  const at: Schedule["at"] = (atMs, work) => due.add(Math.max(atMs, nowMs), work);
  const proceed = (process: Process) => async () => {
    const { value, done } = await process.next();
    if (!done) at(nowMs + value, proceed(process));
  };
  return {
    now: () => nowMs,
    at,
    start: (atMs, process) => at(atMs, proceed(process)),
    async runUntil(untilMs) {
      for (let next = due.takeUntil(untilMs); next; next = due.takeUntil(untilMs)) {
        nowMs = next.atMs;
        // oxlint-disable-next-line no-await-in-loop -- one after the other, so that a seed repeats it
        await next.value();
      }
      nowMs = untilMs;
    },
  };
}
