import { InvalidArgumentError } from "commander";
import type { Credentials } from "../src/store/store.ts";

/** Throws `InvalidArgumentError` if one of the pair is not set. `reason` says what the command does with it. */
export function requireKeys(
  { accessKeyId, secretAccessKey }: Credentials,
  missingSecrets: readonly string[],
  reason: string,
): void {
  const pair = [accessKeyId.name, secretAccessKey.name];
  const missing = pair.filter((secret) => missingSecrets.includes(secret));
  if (missing.length === 0) return;
  throw new InvalidArgumentError(
    `Set ${missing.join(" and ")} in the environment or in the file of --secrets-file: ${reason}.`,
  );
}
