/** Reads the keys of a store from the Worker's secrets. */
import { readSecret, type Env } from "../secret.ts";
import type { Credentials, Store } from "../store/store.ts";
import type { ErrorCollector } from "./errors.ts";

/** `media-eu` reads `MEDIA_EU_ACCESS_KEY_ID` and so on. The read pair is optional. */
export function readCredentials(
  name: string,
  env: Env,
  errors: ErrorCollector,
): Pick<Store, "credentials" | "readCredentials"> {
  const prefix = secretPrefix(name);
  const credentials = readPair(env, prefix, errors);
  const hasReader = readSecret(env, `${prefix}_READ_ACCESS_KEY_ID`) !== undefined;
  return {
    credentials,
    readCredentials: hasReader ? readPair(env, `${prefix}_READ`, errors) : credentials,
  };
}

/** Collects an error for each missing half of the second pair. In development the embedded store has only one pair. */
export function requireReadPair(
  { name, providerName }: Pick<Store, "name" | "providerName">,
  env: Env,
  errors: ErrorCollector,
): void {
  if (providerName !== "local") readPair(env, `${secretPrefix(name)}_READ`, errors);
}

/** Reads the pair that credentials for one prefix come from: `MEDIA_EU_SCOPED_ACCESS_KEY_ID` and so on. */
export function readScopedCredentials(name: string, env: Env, errors: ErrorCollector): Credentials {
  return readPair(env, `${secretPrefix(name)}_SCOPED`, errors);
}

function secretPrefix(name: string): string {
  return name.toUpperCase().replaceAll("-", "_");
}

function readPair(env: Env, prefix: string, errors: ErrorCollector): Credentials {
  return {
    accessKeyId: errors.requireSecret(env, `${prefix}_ACCESS_KEY_ID`),
    secretAccessKey: errors.requireSecret(env, `${prefix}_SECRET_ACCESS_KEY`),
    sessionToken: readSecret(env, `${prefix}_SESSION_TOKEN`),
  };
}
