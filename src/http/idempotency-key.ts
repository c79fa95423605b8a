/**
 * The header `Idempotency-Key`: a string in quotes (draft-ietf-httpapi-idempotency-key-header-07, RFC 9651),
 * or the same text without them, as most clients send it.
 */
import { Problem } from "../problem.ts";

const MAX_KEY_CHARACTERS = 255;
/** Printable ASCII; in quotes a quote and a backslash are escaped. */
const QUOTED = /^"((?:[ !#-[\]-~]|\\["\\])*)"$/;
/** Without what separates values and parameters: two headers are joined with a comma. */
const BARE = /^[!#-+\--:<-[\]-~]+$/;

/** Returns the key, or `undefined` without the header. Throws `bad-request` for any other value. */
export function readIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const quoted = QUOTED.exec(header)?.[1]?.replaceAll(/\\(.)/g, "$1");
  const key = quoted ?? (BARE.test(header) ? header : "");
  if (key !== "" && key.length <= MAX_KEY_CHARACTERS) return key;
  const detail = `Send one Idempotency-Key of 1 to ${MAX_KEY_CHARACTERS} printable ASCII characters, such as a UUID`;
  throw new Problem("bad-request", detail);
}
