/** How long a ticket is valid. */
import type { Policy } from "../config/config.ts";
import { Problem, invalidRequest } from "../problem.ts";
import { CHALLENGE, type Caller } from "./authenticate.ts";

interface Request {
  readonly caller: Caller;
  readonly now: Date;
  readonly isBackground?: boolean | undefined;
}

/** What is left of a token must be enough to start a transfer. */
const MIN_SECONDS = 10;

/**
 * Returns the lifetime in seconds. Throws `invalid-request` for a background ticket where the policy has
 * none, and `unauthenticated` where the ticket ends with the token and the token is nearly over.
 */
export function ticketLifetime(policy: Policy, { caller, now, isBackground }: Request): number {
  const allowed = isBackground ? backgroundLifetime(policy) : policy.expiresIn;
  const seconds = Math.min(allowed, caller.scope.expiresIn ?? allowed);
  if (!policy.expiresWithToken) return seconds;
  const left = secondsLeft(caller, now);
  const least = Math.min(seconds, MIN_SECONDS);
  if (left >= least) return Math.min(seconds, left);
  const detail = `Send a token that is valid for at least ${least} seconds: under the policy "${policy.name}" no ticket outlives it`;
  throw new Problem("unauthenticated", detail, { headers: CHALLENGE });
}

/**
 * Returns the longest lifetime of this caller's tickets in seconds; 0 or less where they end with a token
 * that is over, or with a session that has no end.
 */
export function longestLifetime(policy: Policy, caller: Caller, now: Date): number {
  const { expiresIn, expiresWithToken } = policy;
  return expiresWithToken ? Math.min(expiresIn, secondsLeft(caller, now)) : expiresIn;
}

function secondsLeft({ expiresAtSeconds }: Caller, now: Date): number {
  return Math.floor(expiresAtSeconds - now.getTime() / 1000);
}

function backgroundLifetime({ name, backgroundExpiresIn }: Policy): number {
  if (backgroundExpiresIn !== undefined) return backgroundExpiresIn;
  throw invalidRequest({
    pointer: "/background",
    detail: `must be false: the policy "${name}" does not allow background uploads`,
  });
}
