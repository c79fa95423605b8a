/** How long each step of an upload took. */
import type { QueueItem, QueueItemState } from "../../client/web/src/index.ts";

export type TimedStep = "preparing" | "sending" | "completing";
export type Timeline = Readonly<Partial<Record<TimedStep, number>>>;

const STEPS: ReadonlySet<string> = new Set<TimedStep>(["preparing", "sending", "completing"]);

const isStep = (state: QueueItemState): state is TimedStep => STEPS.has(state);

interface Entry {
  state: QueueItemState;
  sinceMs: number;
  readonly spentMs: Partial<Record<TimedStep, number>>;
}

export interface Timelines {
  readonly note: (item: QueueItem) => void;
  /** Milliseconds in each step so far. */
  readonly of: (id: string) => Timeline;
}

/** Creates the clock of all files. `now` is in milliseconds. */
export function createTimelines(now: () => number): Timelines {
  const entries = new Map<string, Entry>();
  return {
    note({ id, state }) {
      const entry = entries.get(id);
      if (!entry || state === "queued") {
        entries.set(id, { state, sinceMs: now(), spentMs: {} });
        return;
      }
      if (entry.state === state) return;
      if (isStep(entry.state)) {
        const spent = entry.spentMs[entry.state] ?? 0;
        entry.spentMs[entry.state] = spent + now() - entry.sinceMs;
      }
      entry.state = state;
      entry.sinceMs = now();
    },
    of: (id) => entries.get(id)?.spentMs ?? {},
  };
}
