/** The parent pairs of policies that give credentials, and the keys that those reach. */
import type { Env } from "../secret.ts";
import type { Credentials, Store } from "../store/store.ts";
import type { KeySpace } from "./key-space.ts";
import type { CredentialPolicy } from "./config.ts";
import type { ErrorCollector } from "./errors.ts";
import { readScopedCredentials } from "./read-credentials.ts";

/** Returns where the keys are that such credentials reach. */
export function prefixSpace({
  name,
  store,
  template,
}: Pick<CredentialPolicy, "name" | "store" | "template">): KeySpace {
  const stores = new Map([["default", store]]);
  return { name, stores, template, isPrefix: true, download: true, delete: true, overwrite: true };
}

/** Adds the parent pair of each store, which is read once. */
export function addParents<P extends { readonly store: Pick<Store, "name"> }>(
  policies: readonly P[],
  env: Env,
  errors: ErrorCollector,
): readonly (P & { readonly parent: Credentials })[] {
  const parents = new Map<string, Credentials>();
  return policies.map((policy) => {
    const { name } = policy.store;
    const parent = parents.get(name) ?? readScopedCredentials(name, env, errors);
    parents.set(name, parent);
    return { ...policy, parent };
  });
}
