/** What follows from an event of a bucket: an upload is settled, or the log says what no ticket explains. */
import { hasQuotaOwner, quotaOwnerOf } from "../grant/quota-owner.ts";
import { startOf } from "../key/template-start.ts";
import type { Ledger } from "../ledger/client.ts";
import type { Service } from "../service.ts";
import { encodeKey } from "../store/encode-key.ts";
import type { Store } from "../store/store.ts";
import { policiesIn, type Attributed } from "./attribute-object.ts";
import type { BucketEvent } from "./bucket-event.ts";
import { attributePlace, findPrefix } from "./pending-place.ts";
import { settleArrived } from "./settle-arrived.ts";

/**
 * Handles one event. It may come twice, late, and in any order. Events of other buckets, and of keys that no
 * policy has, change nothing. Throws `ledger-unavailable` and `StoreUnavailable`: then it must come again.
 */
export async function handleBucketEvent(service: Service, event: BucketEvent): Promise<void> {
  const stores = storesOf(service, event);
  if (stores.length === 0) return;
  switch (event.kind) {
    case "copy":
      if (!isInPrefix(service, event.key, stores)) return;
      if (!(await isPromotion(service, event, stores))) warn(service, "copy-in-prefix", event);
      return;
    case "put":
    case "multipart":
      if (!(await isExplained(service, event, stores))) warn(service, "unexplained-object", event);
      return;
    case "delete":
      await forgetObject(service, event, stores);
      return;
  }
}

/** The endpoint of R2 names the account. In development the embedded store stands for R2. */
function storesOf(
  { stores }: Service,
  { account, bucket }: Pick<BucketEvent, "account" | "bucket">,
): readonly Store[] {
  return [...stores.values()].filter(
    ({ bucket: own, providerName, ownOrigin }) =>
      own === bucket &&
      (providerName === "local" ||
        (providerName === "r2" && ownOrigin !== undefined && isOf(account, ownOrigin))),
  );
}

function isOf(account: string, origin: string): boolean {
  return new URL(origin).hostname.split(".").includes(account);
}

/** Returns whether a ticket can have stored the object. Settles the upload that it completes. */
async function isExplained(
  service: Service,
  event: BucketEvent,
  stores: readonly Store[],
): Promise<boolean> {
  const { finalKey, attributed } = attributePlace(service, event.key, stores);
  if (attributed.length === 0) return !isInPrefix(service, event.key, stores);
  // Without a ledger, or without a user in the key, nobody knows which tickets there were.
  const isKnown = attributed.every((one) => one.policy.quota && quotaOwnersOf(one).length > 0);
  const limited = attributed.filter(({ policy }) => policy.quota);
  const found = await Promise.all(
    ledgersOf(service, limited).map(async (ledger) =>
      settleArrived(service, ledger, { event, finalKey }, stores),
    ),
  );
  return !isKnown || found.includes(true);
}

/** Returns whether a promotion made the copy: from the pending key of this key, of an upload that its ledger has. */
async function isPromotion(
  service: Service,
  { bucket, key, source }: BucketEvent,
  stores: readonly Store[],
): Promise<boolean> {
  if (source?.bucket !== bucket) return false;
  const { finalKey, attributed } = attributePlace(service, source.key, stores);
  if (finalKey !== key || source.key === key || attributed.length === 0) return false;
  // Without a user in the key nobody knows which uploads there were.
  if (attributed.some((one) => quotaOwnersOf(one).length === 0)) return true;
  const names = stores.map(({ name }) => name);
  const found = await Promise.all(
    ledgersOf(service, attributed).map(async (ledger) => ledger.findByKey(key, names)),
  );
  return found.flat().some(({ claims }) => claims.pendingKey === source.key);
}

/** Gives back what a deleted object took: the ledger asks the store first. */
async function forgetObject(
  service: Service,
  { key }: BucketEvent,
  stores: readonly Store[],
): Promise<void> {
  const counted = attributePlace(service, key, stores).attributed.filter(
    ({ policy }) => policy.quota?.objects !== undefined,
  );
  const deleted = { key, stores: stores.map(({ name }) => name) };
  await Promise.all(
    ledgersOf(service, counted).map(async (ledger) => ledger.forgetObject(deleted)),
  );
}

/** Returns each ledger once. */
function ledgersOf(service: Service, attributed: readonly Attributed[]): readonly Ledger[] {
  const digests = new Set(attributed.flatMap(quotaOwnersOf));
  return [...digests].map((digest) => service.ledgerOf({ digest }));
}

/** A quota by a claim that is no segment of the key is nobody's, as far as the key says. */
function quotaOwnersOf({ policy, owners }: Attributed): readonly string[] {
  return owners
    .filter((owner) => hasQuotaOwner(policy, owner))
    .map((owner) => quotaOwnerOf(policy, owner).digest);
}

function isInPrefix(service: Service, key: string, stores: readonly Store[]): boolean {
  if (findPrefix(service, key, stores) !== undefined) return true;
  return policiesIn(service, stores).some(({ template }) => {
    const { text, isPrefix } = startOf(template);
    return isPrefix ? key.startsWith(text) : key === text;
  });
}

/** Keys are encoded: their text may be made to look like something else. */
function warn(
  { log }: Service,
  name: "copy-in-prefix" | "unexplained-object",
  { bucket, key, source }: BucketEvent,
): void {
  log(name, {
    bucket,
    key: encodeKey(key),
    ...(source && { source: encodeKey(`${source.bucket}/${source.key}`) }),
  });
}
