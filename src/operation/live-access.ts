/** What no revocation ends: what was signed is valid until it expires. */
import type { Service } from "../service.ts";
import type { Policy } from "../config/config.ts";

export interface Live {
  readonly kind: "urls" | "credentials";
  readonly store: string;
  /** When the last of them expires. */
  readonly untilMs: number;
}

/** Returns how long URLs and credentials of each store can live that are given out until then. */
export function findLive(
  { config }: Pick<Service, "config">,
  effectiveMs: number,
): readonly Live[] {
  const urls = [...config.policies.values()].flatMap((policy) =>
    [...policy.stores.values()].map(({ name }) => ({ store: name, seconds: longest(policy) })),
  );
  const credentials = [...config.credentialPolicies.values()].map(
    ({ store: { name }, expiresInSeconds: seconds }) => ({ store: name, seconds }),
  );
  return [...toLive("urls", urls, effectiveMs), ...toLive("credentials", credentials, effectiveMs)];
}

function longest({ expiresIn, backgroundExpiresIn = 0 }: Policy): number {
  return Math.max(expiresIn, backgroundExpiresIn);
}

function toLive(
  kind: Live["kind"],
  given: readonly { readonly store: string; readonly seconds: number }[],
  effectiveMs: number,
): readonly Live[] {
  return Array.from(
    Map.groupBy(given, ({ store }) => store),
    ([store, all]) => ({
      kind,
      store,
      untilMs: effectiveMs + Math.max(...all.map(({ seconds }) => seconds)) * 1000,
    }),
  );
}
