/** The secrets that seal and open the ids of uploads. */
import { readSecret, type Env, type Secret } from "../secret.ts";
import type { ErrorCollector } from "./errors.ts";

/** HMAC-SHA-256 needs a key of at least 256 bits. */
const MIN_CHARACTERS = 32;
const PREVIOUS = "UPLOAD_ID_SECRET_PREVIOUS";
const ROTATED_AT = "UPLOAD_ID_SECRET_ROTATED_AT";

export interface IdSecrets {
  readonly current: Secret;
  /** Opens ids of uploads that were granted until the rotation. */
  readonly previous: { readonly secret: Secret; readonly rotatedAtSeconds: number } | undefined;
}

/** Returns the secrets. A missing one is reported, and empty. */
export function compileIdSecrets(env: Env, errors: ErrorCollector): IdSecrets {
  const current = errors.requireSecret(env, "UPLOAD_ID_SECRET", MIN_CHARACTERS);
  const time = readSecret(env, ROTATED_AT)?.reveal();
  if (!readSecret(env, PREVIOUS)) return { current, previous: undefined };
  const secret = errors.requireSecret(env, PREVIOUS, MIN_CHARACTERS);
  const rotatedAtSeconds = parseTime(time);
  if (Number.isNaN(rotatedAtSeconds)) {
    const example = "2026-11-26T12:00:00Z";
    errors
      .at("secrets")
      .at(ROTATED_AT)
      .add(
        `must be the time of the rotation in UTC, such as "${example}": ${PREVIOUS} opens older ids only`,
      );
  }
  return { current, previous: { secret, rotatedAtSeconds } };
}

/** Returns seconds since 1970, and `NaN` for all but a whole second in UTC: `Date.parse` guesses. */
function parseTime(text: string | undefined): number {
  const ms = Date.parse(text ?? "");
  const isExact = !Number.isNaN(ms) && new Date(ms).toISOString().replace(".000Z", "Z") === text;
  return isExact ? ms / 1000 : Number.NaN;
}
