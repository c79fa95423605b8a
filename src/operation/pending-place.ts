/** What a key of a bucket is under policies with a quarantine: where a file is pending, or where it is in the end. */
import type { Service } from "../service.ts";
import type { Store } from "../store/store.ts";
import { attributeObject, policiesIn, type Attributed } from "./attribute-object.ts";

interface Place {
  /** Of the object in the end. */
  readonly finalKey: string;
  /** The policies that can have made the key, with its owners. */
  readonly attributed: readonly Attributed[];
}

/** Returns whose the key is. No policy has keys under a pending prefix. It asks nobody. */
export function attributePlace(
  service: Pick<Service, "config" | "hooks">,
  key: string,
  stores: readonly Store[],
): Place {
  const prefix = findPrefix(service, key, stores);
  const finalKey = key.slice(prefix?.length ?? 0);
  const attributed = attributeObject(service, finalKey, stores);
  if (prefix === undefined) return { finalKey, attributed };
  const own = attributed.filter(({ policy }) => policy.quarantine?.prefix === prefix);
  return { finalKey, attributed: own };
}

/** Returns the pending prefix that the key is under. */
export function findPrefix(
  service: Pick<Service, "config">,
  key: string,
  stores: readonly Store[],
): string | undefined {
  const prefixes = policiesIn(service, stores).map(({ quarantine }) => quarantine?.prefix);
  return prefixes.find((prefix) => prefix !== undefined && key.startsWith(prefix));
}
