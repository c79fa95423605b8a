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
  if (!readSecret(env, PREVIOUS)) return { current, previous: undefined };
  const secret = errors.requireSecret(env, PREVIOUS, MIN_CHARACTERS);
  const rotatedAtMs = Date.parse(String(env[ROTATED_AT]));
  if (Number.isNaN(rotatedAtMs)) {
    const example = "2026-11-26T12:00:00Z";
    errors
      .at("secrets")
      .at(ROTATED_AT)
      .add(
        `must be the time of the rotation, such as "${example}": ${PREVIOUS} opens older ids only`,
      );
  }
  return { current, previous: { secret, rotatedAtSeconds: Math.floor(rotatedAtMs / 1000) } };
}
