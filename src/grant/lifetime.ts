/** How long the tickets of a policy live, in seconds. */
import type { Policy } from "../config/config.ts";
import { invalidRequest } from "../problem.ts";

/** Longer for an operating system that sends in the background. Throws `invalid-request` where the policy has no such tickets. */
export function lifeOf(
  { name, expiresInSeconds, backgroundExpiresInSeconds }: Policy,
  isBackground = false,
): number {
  if (!isBackground) return expiresInSeconds;
  if (backgroundExpiresInSeconds !== undefined) return backgroundExpiresInSeconds;
  throw invalidRequest({
    pointer: "/background",
    detail: `must be false: "${name}" gives no tickets for the background`,
  });
}
