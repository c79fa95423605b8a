import type { Policy } from "../config/config.ts";
import { invalidRequest } from "../problem.ts";

/**
 * Returns how many seconds a ticket is valid. Throws `invalid-request` for a background ticket where the
 * policy has none.
 */
export function ticketLifetime(
  { name, expiresIn, backgroundExpiresIn }: Policy,
  isBackground = false,
): number {
  if (!isBackground) return expiresIn;
  if (backgroundExpiresIn !== undefined) return backgroundExpiresIn;
  throw invalidRequest({
    pointer: "/background",
    detail: `must be false: the policy "${name}" does not allow background uploads`,
  });
}
