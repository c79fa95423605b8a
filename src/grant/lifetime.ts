/** How long a ticket is valid, and how long credentials are. */
import type { CredentialPolicy, Policy } from "../config/config.ts";
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
  return cutToToken(seconds, Math.min(seconds, MIN_SECONDS), {
    name: policy.name,
    what: "ticket",
    caller,
    now,
  });
}

/**
 * Returns the lifetime of credentials in seconds. Throws `forbidden` where the app allows less than the store
 * can give, and `unauthenticated` where they end with the token and it ends before the shortest would.
 */
export function credentialLifetime(policy: CredentialPolicy, caller: Caller, now: Date): number {
  const { name, store, expiresInSeconds, expiresWithToken } = policy;
  const least = store.provider.scopedCredentials?.minSeconds ?? 0;
  const seconds = Math.min(expiresInSeconds, caller.scope.expiresIn ?? expiresInSeconds);
  if (seconds < least)
    throw new Problem(
      "forbidden",
      `The application allows less than ${least} seconds, the shortest life of the store's credentials`,
    );
  return expiresWithToken
    ? cutToToken(seconds, least, { name, what: "credential", caller, now })
    : seconds;
}

function cutToToken(
  seconds: number,
  least: number,
  { name, what, caller, now }: Request & { readonly name: string; readonly what: string },
): number {
  const left = secondsLeft(caller, now);
  if (left >= least) return Math.min(seconds, left);
  const detail = `Send a token that is valid for at least ${least} seconds: under the policy "${name}" no ${what} outlives it`;
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
