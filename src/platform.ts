/** The world as the Workers runtime has it. */
import { waitUntil } from "cloudflare:workers";
import { logToConsole } from "./log.ts";
import type { World } from "./service.ts";

export const PLATFORM: World = {
  now: () => Date.now(),
  newId: () => crypto.randomUUID(),
  random: () => Math.random(),
  fetch: (url, init) => fetch(url, init),
  waitUntil,
  log: logToConsole,
};
