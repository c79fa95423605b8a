/** Decides which requests are watched, and writes down what became of them. */
import type { Logging } from "../config/config.ts";
import type { Log } from "../log.ts";
import { Observation } from "./observation.ts";

/** How a request has ended. */
export interface Ending {
  readonly requestId: string;
  readonly method: string;
  /** The pattern of the route, never the path. */
  readonly route: string;
  readonly status: number;
}

export interface Observer {
  /** Returns what collects the facts of a request; `undefined` for one that nobody watches. */
  readonly begin: () => Observation | undefined;
  /** Writes down what was collected. It waits for nothing. */
  readonly end: (observation: Observation, ending: Ending) => void;
}

interface Dependencies {
  readonly now: () => number;
  readonly random: () => number;
  readonly log: Log;
  readonly deployment: string | undefined;
}

/** Returns `undefined` where nothing is to be watched. */
export function createObserver(
  { requests }: Logging,
  { now, random, log, deployment }: Dependencies,
): Observer | undefined {
  if (requests === "off" || requests === 0) return undefined;
  return {
    begin() {
      if (typeof requests === "number" && random() >= requests) return undefined;
      return new Observation(now);
    },
    end(observation, ending) {
      const { code, policy, store, caller, country, uploads, refused, bytes } = observation;
      if (requests === "errors" && code === "ok") return;
      const { auth, hook, ledger, store: stored } = observation.waitedMs;
      const totalMs = observation.totalMs();
      log("request", {
        ...ending,
        code,
        policy,
        store,
        uploads: uploads || undefined,
        refused: refused || undefined,
        bytes: bytes || undefined,
        caller,
        country,
        deployment,
        totalMs,
        // Whoever was not recognized waited for nothing else.
        authMs: caller === undefined ? totalMs : auth,
        hookMs: hook,
        ledgerMs: ledger,
        storeMs: stored,
      });
    },
  };
}
