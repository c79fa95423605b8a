/** The policies that the user may use, and what each of them takes. */
import type { PolicyInfo, PolicyList } from "../../client/web/src/index.ts";

export type Quota = NonNullable<PolicyInfo["quota"]>;
export type Limit = NonNullable<Quota["bytes"]>;

/** Returns the policies by name, the default one first. */
export function sortPolicies(list: PolicyList): ReadonlyMap<string, PolicyInfo> {
  const isDefault = ({ name }: PolicyInfo) => name === list.default;
  const sorted = list.policies.toSorted((a, b) => Number(isDefault(b)) - Number(isDefault(a)));
  return new Map(sorted.map((policy) => [policy.name, policy]));
}

/** Whether the policy takes this type. */
export function takesType({ types = [] }: PolicyInfo, contentType: string): boolean {
  const [kind = ""] = contentType.split("/");
  return types.some((type) => ["*/*", `${kind}/*`, contentType].includes(type));
}
