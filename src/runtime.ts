import { tracing, waitUntil } from "cloudflare:workers";
import { logToConsole } from "./log.ts";
import type { Dependencies } from "./service.ts";

/** The clock, randomness and network of the Workers runtime. */
export const RUNTIME: Dependencies = {
  now: () => Date.now(),
  newId: () => crypto.randomUUID(),
  random: () => Math.random(),
  fetch: (url, init) => fetch(url, init),
  waitUntil,
  log: logToConsole,
  tracing,
};
