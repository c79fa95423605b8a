/** Checks secrets against each other, and against the public ones of development. */
import { haveSameValue, isPublic, type Secret } from "../secret.ts";
import type { ErrorCollector } from "./errors.ts";

/**
 * Collects the secrets with the value of another one, and outside of development those that
 * `npm run dev` has. Secrets of one purpose may be equal: two stores with one key, or a secret and its
 * previous one while it is rotated.
 */
export function checkSecrets(
  purposes: readonly (readonly Secret[])[],
  isDevelopment: boolean,
  errors: ErrorCollector,
): void {
  for (const [index, secrets] of purposes.entries()) {
    const others = purposes.slice(0, index).flat();
    for (const secret of secrets) {
      const equal = others.find((other) => haveSameValue(other, secret));
      if (equal)
        errors.at(secret.name).add(`has the value of ${equal.name}: set a value of its own`);
      if (!isDevelopment && isPublic(secret))
        errors.at(secret.name).add("is public: npm run dev has it. Set a value of your own");
    }
  }
}
