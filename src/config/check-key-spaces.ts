/** Checks that no policy gives access to what another policy in the same bucket protects. */
import { canLieUnder, canMeet, hasPlaceholder, reachesInto } from "../key/template.ts";
import { haveSameValue } from "../secret.ts";
import type { Store } from "../store/store.ts";
import { checkPendingSpace } from "./check-pending-spaces.ts";
import type { ErrorCollector } from "./errors.ts";
import type { KeySpace } from "./key-space.ts";
import type { Quota } from "./policy-schema.ts";

const RIGHTS = ["download", "delete", "overwrite"] as const;

/**
 * Collects the pairs of policies in one bucket whose keys could be in the prefix of another user, those
 * whose keys could be equal, where one of them has a right that the other one withholds or counts, and those of
 * which one gives credentials for a prefix in which the other one has keys.
 */
export function checkKeySpaces(spaces: readonly KeySpace[], errors: ErrorCollector): void {
  for (const mine of spaces) {
    for (const theirs of spaces) {
      if (mine !== theirs && !shareBucket(mine, theirs)) continue;
      checkPendingSpace({ mine, theirs }, errors);
      if (mine === theirs) continue;
      const at = errors.at(mine.name).at("key");
      if (mine.isPrefix || theirs.isPrefix) {
        if (mine.isPrefix && canLieUnder(theirs, mine))
          at.add(
            `could hold keys of policy "${theirs.name}", whose rules credentials would bypass: start each key with another folder`,
          );
        continue;
      }
      if (reachesInto(mine.template, theirs.template))
        at.add(
          `could be in a user's prefix of policy "${theirs.name}": start each key with another folder`,
        );
      if (countsObjects(theirs.quota) && canMeet(mine.template, theirs.template))
        at.add(
          `could be a key of policy "${theirs.name}", whose quota counts what is stored: start each key with another folder`,
        );
      const right = RIGHTS.find((one) => mine[one] && !theirs[one] && canUse(one, mine));
      if (right && canMeet(mine.template, theirs.template))
        at.add(
          `could be a key of policy "${theirs.name}", which has no ${right}: true: start each key with another folder`,
        );
    }
  }
}

function countsObjects(quota: Quota | undefined): boolean {
  return quota?.stored !== undefined || quota?.objects !== undefined;
}

/** A new `{id}` meets no key that is already there. */
function canUse(right: (typeof RIGHTS)[number], { template }: KeySpace): boolean {
  return right !== "overwrite" || !hasPlaceholder(template, "id");
}

function shareBucket(a: KeySpace, b: KeySpace): boolean {
  const others = [...b.stores.values()];
  return [...a.stores.values()].some((store) => others.some((other) => isOneBucket(store, other)));
}

/**
 * Two addresses can lead to one bucket: by path or by host name, at the Worker's own endpoint or at the
 * public one. Of endpoints that the configuration names, nothing is known: there the key tells.
 */
function isOneBucket(a: Store, b: Store): boolean {
  if (a.bucket !== b.bucket) return false;
  const isNamed = !a.provider.endpoint || !b.provider.endpoint;
  const others = endpointsOf(b);
  return (
    endpointsOf(a).some((endpoint) => others.includes(endpoint)) ||
    (isNamed && haveSameValue(a.credentials.accessKeyId, b.credentials.accessKeyId))
  );
}

function endpointsOf({ bucket, origin, ownOrigin }: Store): readonly (string | undefined)[] {
  return [origin, ownOrigin].map((one) => one?.replace(`://${bucket}.`, "://"));
}
