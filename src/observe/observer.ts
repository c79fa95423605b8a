/** Decides which requests are watched, and writes down what became of them. */
import type { TellActs } from "../audit/tell.ts";
import type { Config } from "../config/config.ts";
import type { Log } from "../log.ts";
import { actsOf } from "./acts.ts";
import { Observation } from "./observation.ts";
import type { Attributes, Tracing } from "./tracing.ts";

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
  readonly tracing?: Tracing | undefined;
  readonly deployment: string | undefined;
  /** `undefined` where the configuration has no audit. */
  readonly tell: TellActs | undefined;
}

/** Returns `undefined` where nothing is to be watched. */
export function createObserver(
  { logging: { requests }, traces }: Pick<Config, "logging" | "traces">,
  { now, random, log, tracing, deployment, tell }: Dependencies,
): Observer | undefined {
  const isOff = requests === "off" || requests === 0;
  if (isOff && !(traces && tracing) && !tell) return undefined;
  const findTrace = () => {
    const span = traces ? tracing?.getActiveSpan() : undefined;
    return tracing && span?.isTraced ? { tracing, span } : undefined;
  };
  const isDrawn = () => (typeof requests === "number" ? random() < requests : !isOff);
  return {
    begin() {
      const trace = findTrace();
      const isLogged = isDrawn();
      return trace || isLogged || tell ? new Observation({ now, isLogged, trace }) : undefined;
    },
    end(observation, ending) {
      tell?.(actsOf(observation, ending));
      const facts = { ...ending, ...factsOf(observation) };
      observation.span?.setAttributes(nameAttributes(facts));
      if (!observation.isLogged || (requests === "errors" && observation.code === "ok")) return;
      log("request", { ...facts, deployment, ...timesOf(observation) });
    },
  };
}

/** What is not known, and a count of nothing, is not written. */
function factsOf(observation: Observation) {
  const { code, policy, store, granted, refused, bytes, caller, country } = observation;
  return {
    code,
    policy,
    store,
    granted: granted || undefined,
    refused: refused || undefined,
    bytes: bytes || undefined,
    caller,
    country,
  };
}

function timesOf(observation: Observation) {
  const { auth, hook, ledger, scanner, store } = observation.waitedMs;
  const totalMs = observation.totalMs();
  // Whoever was not recognized waited for nothing else.
  const authMs = observation.caller === undefined ? totalMs : auth;
  return {
    totalMs,
    authMs,
    hookMs: hook,
    ledgerMs: ledger,
    storeMs: store,
    scannerMs: scanner,
  };
}

function nameAttributes(facts: Attributes): Attributes {
  const named = Object.entries(facts).map(([name, value]) => [`presigner.${name}`, value] as const);
  return Object.fromEntries(named);
}
