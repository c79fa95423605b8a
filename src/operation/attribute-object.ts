/** Finds whose object is under a key of a bucket, by the key alone. */
import type { Policy } from "../config/config.ts";
import { SESSION_ISSUER } from "../config/session-issuer.ts";
import { ownerOf, type Owner } from "../grant/owner.ts";
import { attributeKey } from "../key/attribute.ts";
import type { Service } from "../service.ts";
import type { Store } from "../store/store.ts";

/** A policy that can have made the key, and every user for whom it can. */
export interface Attributed {
  readonly policy: Policy;
  /** None where the policy's key has no `{user}`. */
  readonly owners: readonly KeyOwner[];
}

interface KeyOwner extends Owner {
  /** The claims that are whole segments of the key, as texts. */
  readonly claims: Readonly<Record<string, string>>;
}

/** Returns the policies that can have made the key in one of these stores, with its owners. It asks nobody. */
export function attributeObject(
  service: Pick<Service, "config" | "hooks">,
  key: string,
  stores: readonly Store[],
): readonly Attributed[] {
  const issuers = issuersOf(service);
  return policiesIn(service, stores).flatMap((policy) => {
    const found = attributeKey(key, policy.template, issuers);
    if (!found) return [];
    const { users, claims } = found;
    const owners = users.map(({ issuer, user }) => ({ ...ownerOf(issuer, user), claims }));
    return [{ policy, owners }];
  });
}

/** Returns the policies whose objects can be in one of these stores. */
export function policiesIn(
  { config }: Pick<Service, "config">,
  stores: readonly Store[],
): readonly Policy[] {
  const all = [...config.policies.values()];
  return all.filter((policy) => [...policy.stores.values()].some((one) => stores.includes(one)));
}

/** The users of sessions have no prefix, and the configuration refuses a second issuer without one. */
export function issuersOf({ config, hooks }: Pick<Service, "config" | "hooks">) {
  const named = config.issuers.map(({ issuers: [name = ""], userPrefix }) => ({
    name,
    userPrefix,
  }));
  return hooks.authenticate ? [...named, { name: SESSION_ISSUER, userPrefix: undefined }] : named;
}
