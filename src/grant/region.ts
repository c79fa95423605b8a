/** Chooses the store of a policy by where the request comes from. */
import type { Policy } from "../config/config.ts";
import type { Store } from "../store/store.ts";

/** The caller's place as Cloudflare reports it in `request.cf`: codes of two letters. */
export interface Region {
  readonly country: unknown;
  readonly continent: unknown;
  readonly isInEU: boolean;
}

/** These codes are also countries. In a policy's regions they mean the continent. */
const CONTINENTS = new Set(["AF", "AN", "AS", "EU", "NA", "OC", "SA"]);

/** Returns the store of the country, the European Union, the continent, or the default, in this order. */
export function findStore({ name, stores }: Policy, region: Region): Store {
  const store =
    (stores.size > 1 ? findNearest(stores, region) : undefined) ?? stores.get("default");
  if (!store) throw new TypeError(`Cannot find a store: the policy ${name} has no default`);
  return store;
}

function findNearest(
  stores: Policy["stores"],
  { country, continent, isInEU }: Region,
): Store | undefined {
  return (
    (CONTINENTS.has(String(country)) ? undefined : stores.get(String(country))) ??
    (isInEU ? stores.get("EU") : undefined) ??
    stores.get(String(continent))
  );
}
