/** Finds the policies and origins that use a bucket. */
import type { Config, CredentialPolicy, Policy } from "../../src/config/config.ts";
import type { Store } from "../../src/store/store.ts";
import { startOf, type Keys } from "../../src/key/template-start.ts";

/** A store, and all policies whose objects are in its bucket. */
export interface BucketUse {
  readonly store: Store;
  readonly policies: readonly Policy[];
  /** Those that give credentials of this store. They give no tickets. */
  readonly credentialPolicies: readonly CredentialPolicy[];
  /** Exact origins, or in development `http://localhost:*`. */
  readonly origins: readonly string[];
  /** Whether the configuration has `revocations: true`. */
  readonly hasRevocations?: boolean;
}

/** Returns an entry for each store that a policy uses, in the order of the configuration. */
export function usesOf({
  policies,
  credentialPolicies,
  origins,
  anyPortOrigins,
  revocations,
}: Config): readonly BucketUse[] {
  const all = [...policies.values()];
  const scoped = [...credentialPolicies.values()];
  const stores = new Map(
    [
      ...all.flatMap(({ stores: named }) => [...named.values()]),
      ...scoped.map(({ store }) => store),
    ].map((store) => [store.name, store]),
  );
  return [...stores.values()].map((store) => ({
    store,
    policies: all.filter((policy) => storesIn(store, policy).length > 0),
    credentialPolicies: scoped.filter((policy) => policy.store.name === store.name),
    origins: [...origins, ...[...anyPortOrigins].map((origin) => `${origin}:*`)],
    hasRevocations: revocations,
  }));
}

/** Returns the stores of a policy that are in the same bucket: they may only have other credentials. */
export function storesIn({ bucket, ownOrigin }: Store, { stores }: Policy): readonly Store[] {
  return [...new Set(stores.values())].filter(
    (other) => other.bucket === bucket && other.ownOrigin === ownOrigin,
  );
}

/** Returns the key prefixes of the policies, without those that another one covers. */
export function keysOf(policies: readonly Policy[]): readonly Keys[] {
  return uncovered(policies.map(({ template }) => startOf(template)));
}

/** Returns the key prefixes under which files of these policies are in quarantine. */
export function pendingKeysOf(policies: readonly Policy[]): readonly Keys[] {
  return uncovered(policies.flatMap(pendingOf));
}

/** Returns the key prefixes that tickets of the policies write to: under quarantine the pending ones. */
export function ticketKeysOf(policies: readonly Policy[]): readonly Keys[] {
  return uncovered(
    policies.flatMap((policy) => (policy.quarantine ? pendingOf(policy) : keysOf([policy]))),
  );
}

/** Returns the key prefixes of everything that the policies store. */
export function allKeysOf(policies: readonly Policy[]): readonly Keys[] {
  return uncovered([...keysOf(policies), ...pendingKeysOf(policies)]);
}

/** Whether the policy has a quarantine. */
export const isQuarantined = ({ quarantine }: Policy): boolean => quarantine !== undefined;

function pendingOf({ quarantine, template }: Policy): readonly Keys[] {
  if (!quarantine) return [];
  const { text, isPrefix } = startOf(template);
  return [{ text: quarantine.prefix + text, isPrefix }];
}

function uncovered(all: readonly Keys[]): readonly Keys[] {
  return all.filter(
    (keys, index) =>
      !all.some(
        (other, at) => at !== index && covers(other, keys) && !(at > index && covers(keys, other)),
      ),
  );
}

/** Whether every key of `inner` is one of `outer`. */
export function covers(outer: Keys, inner: Keys): boolean {
  return outer.isPrefix
    ? inner.text.startsWith(outer.text)
    : !inner.isPrefix && inner.text === outer.text;
}
