/** The secret with which an app's own backend signs tokens. */
import type { Env, Secret } from "../secret.ts";
import type { ErrorCollector } from "./errors.ts";

/** RFC 7518 section 3.2: a key for HS256 has at least 256 bits. */
const MIN_CHARACTERS = 32;

/** Returns the secret of that name, with an error collected for one that is missing or too short. */
export function requireSharedSecret(env: Env, name: string, errors: ErrorCollector): Secret {
  return errors.requireSecret(env, name, MIN_CHARACTERS);
}
