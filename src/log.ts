/** Writes one event. Fields never hold a secret, a signature, a token, or a URL but that of an issuer's keys. */
export type Log = (event: string, fields: Readonly<Record<string, unknown>>) => void;

/** Writes each event as one line of JSON. */
export const logToConsole: Log = (event, fields) => {
  // oxlint-disable-next-line no-console -- this is where the service logs
  console.log(JSON.stringify({ event, ...fields }));
};

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
  // A bundler shortens the names of classes, but not codes.
  return "code" in error ? String(error.code) : error.name;
}
