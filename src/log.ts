import { LEVELS, LEVEL_NAMES, type EventFields, type EventName, type Level } from "./events.ts";

/** Writes one event. Fields never hold a secret, a signature, a token, or a URL but that of an issuer's keys. */
export type Log = <Name extends EventName>(
  event: Name,
  fields: Readonly<EventFields[Name]>,
) => void;

/** Writes each event as one line of JSON, with its level also where the platform shows one. */
export const logToConsole: Log = (event, fields) => {
  const level = LEVELS[event];
  // oxlint-disable-next-line no-console -- this is where the service logs
  console[level](JSON.stringify({ event, level, ...fields }));
};

/** Returns a log that writes only events of this level, and of more serious ones. */
export function fromLevel(least: Level, log: Log): Log {
  const written = new Set<Level>(LEVEL_NAMES.slice(LEVEL_NAMES.indexOf(least)));
  return (event, fields) => {
    if (written.has(LEVELS[event])) log(event, fields);
  };
}

/** The names of errors that this service throws itself. */
const OWN = new Set(["Error", "TypeError"]);

/**
 * Returns what the log may say about an error: its `logReason`, or the message of one of the service's
 * own errors without URLs. Of any other error it is the code or the name, as the message may quote input.
 */
export function describeError(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("logReason" in error) return String(error.logReason);
  // The platform throws a TypeError that quotes the URL.
  if (OWN.has(error.name))
    return `${error.name}: ${error.message}`.replaceAll(/\w+:\/\/\S*/g, "[url]");
  // A bundler shortens the names of classes, but not codes. That of a DOMException is an old number.
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
