/** Says what policies with quarantine change for the keys and the bucket policy of a store. */
import type { Keys } from "../../src/key/template-start.ts";
import type { Advice } from "./advice.ts";
import { isQuarantined, keysOf, pendingKeysOf, type BucketUse } from "./bucket-use.ts";
import { userOf } from "./permissions.ts";

export interface KeyNotes {
  readonly writer: string;
  readonly reader: string;
  /** What to know before the bucket policy is set, beside the provider's own note. */
  readonly bucketPolicy: string | undefined;
}

/** Returns the provider's notes, changed where a policy has quarantine: the reading key then promotes. */
export function keyNotesOf(use: BucketUse, advice: Advice): KeyNotes {
  const quarantined = use.policies.filter(isQuarantined);
  const { writer, reader } = advice;
  if (quarantined.length === 0) return { writer, reader, bucketPolicy: undefined };
  const [final, pending] = [listOf(keysOf(quarantined)), listOf(pendingKeysOf(quarantined))];
  const bucketPolicy = noteOf(use, final);
  if (advice.hasPolicies) return { writer, reader, bucketPolicy };
  // Of a provider whose keys have no prefixes.
  if (advice.promoter !== undefined) return { writer, reader: advice.promoter, bucketPolicy };
  return {
    writer: `${writer} Under quarantine it has to write below ${pending}, and must not write below ${final}, if its rights can be for a prefix.`,
    reader: `Create a second key, which promotes files out of quarantine: it has to read and delete below ${pending} and ${final}, and to write below ${final}. Not tested: compare it with its documentation.`,
    bucketPolicy,
  };
}

function noteOf({ store }: BucketUse, final: string): string | undefined {
  const { providerName } = store;
  if (providerName === "hetzner")
    return `It does not stop copies to ${final}: there the reading key copies, and Hetzner's keys cannot be told apart.`;
  if (providerName !== "aws" && providerName !== "ceph") return undefined;
  return `It excepts the user ${userOf(store, "reader")}, whose key promotes files out of quarantine. If your user has another name, put that into the policy.`;
}

const listOf = (keys: readonly Keys[]): string => keys.map(({ text }) => `${text}*`).join(", ");
