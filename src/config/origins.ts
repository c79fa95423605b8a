/** The origins of pages, as a configuration writes them: `http://localhost:*` is one with any port. */
import type { Config } from "./config.ts";

const ANY_PORT = ":*";

/** Returns whether an origin is one of development, with any port. */
export function isAnyPort(origin: string): boolean {
  return origin.endsWith(ANY_PORT);
}

/** Returns the origins as requests are compared with them. */
export function splitOrigins(
  origins: readonly string[],
): Pick<Config, "origins" | "anyPortOrigins"> {
  const anyPort = origins.filter(isAnyPort).map((origin) => origin.slice(0, -ANY_PORT.length));
  return {
    origins: new Set(origins.filter((origin) => !isAnyPort(origin))),
    anyPortOrigins: new Set(anyPort),
  };
}

/** Returns them as they were written. */
export function joinOrigins({
  origins,
  anyPortOrigins,
}: Pick<Config, "origins" | "anyPortOrigins">): readonly string[] {
  return [...origins, ...[...anyPortOrigins].map((origin) => origin + ANY_PORT)];
}
