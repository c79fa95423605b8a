/** Checks that a caller may read or delete an object: in the caller's own prefix, where the policy allows it. */
import type { Policy } from "../config/config.ts";
import type { Caller } from "../grant/authenticate.ts";
import { findPolicy } from "../grant/authorize.ts";
import { isInScope } from "../grant/token-scope.ts";
import { outsidePrefix, recognizeKey, type ObjectKey } from "../key/make.ts";
import { Problem } from "../problem.ts";
import type { Service } from "../service.ts";

declare const readable: unique symbol;
declare const deletable: unique symbol;

export interface ObjectIntent {
  readonly policy?: string | undefined;
  readonly key: string;
}

interface OwnObject {
  readonly policy: Policy;
  readonly key: ObjectKey;
}

/** An object that the caller may read. Only `allowRead` makes one. */
export interface ReadableObject extends OwnObject {
  readonly [readable]: true;
}

/** An object that the caller may delete. Only `allowDelete` makes one. */
export interface DeletableObject extends OwnObject {
  readonly [deletable]: true;
}

/** Returns the object. Throws `policy-not-found`, `forbidden` and `key-outside-prefix`. */
export function allowRead(service: Service, caller: Caller, intent: ObjectIntent): ReadableObject {
  const object = findOwn(service, caller, intent);
  const { name, download: isDownloadAllowed } = object.policy;
  if (!isDownloadAllowed)
    throw new Problem("forbidden", `The policy "${name}" does not allow downloads`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the maker of the brand
  return object as ReadableObject;
}

/** Returns the object. Throws `policy-not-found`, `forbidden` and `key-outside-prefix`. */
export function allowDelete(
  service: Service,
  caller: Caller,
  intent: ObjectIntent,
): DeletableObject {
  const object = findOwn(service, caller, intent);
  const { name, delete: isDeleteAllowed } = object.policy;
  if (!isDeleteAllowed)
    throw new Problem("forbidden", `The policy "${name}" does not allow deletions`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the maker of the brand
  return object as DeletableObject;
}

function findOwn({ config, watch }: Service, caller: Caller, intent: ObjectIntent): OwnObject {
  const policy = findPolicy(config, caller, intent.policy);
  watch?.isAbout({ policy: policy.name });
  const { key } = intent;
  if (!isInScope(caller, { policy: policy.name, key })) throw outsidePrefix(policy.name);
  return { policy, key: recognizeKey(key, { policy, caller }) };
}
