/** What the console keeps of the log that it reads: refusals, and counts of the traffic. */
import { createTraffic, type Traffic } from "../costs/traffic.ts";
import { createRefusals, type Refusals } from "./refusals.ts";

export interface ConsoleLog {
  readonly read: (line: string) => void;
  readonly refusals: Refusals;
  readonly traffic: Traffic;
}

/** `now` is in milliseconds. */
export function createConsoleLog(now: () => number, source: "live" | "file"): ConsoleLog {
  const refusals = createRefusals(now);
  const traffic = createTraffic(now, source);
  return {
    read(line) {
      refusals.read(line);
      traffic.read(line);
    },
    refusals,
    traffic,
  };
}
