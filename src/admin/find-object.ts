/** Finds what is known of an object: by its key, or by the id of its upload. */
import type { Policy } from "../config/config.ts";
import { ownerOf, type Owner } from "../grant/owner.ts";
import { hasQuotaOwner, quotaOwnerOf } from "../grant/quota-owner.ts";
import type { InspectedId } from "../grant/upload-id.ts";
import type { UploadRecord } from "../ledger/record.ts";
import { accessTo } from "../operation/locate.ts";
import { attributePlace } from "../operation/pending-place.ts";
import { Problem } from "../problem.ts";
import type { Service } from "../service.ts";
import { encodeKey } from "../store/encode-key.ts";
import { findObject, isAbortMark, type StoredObject } from "../store/object.ts";
import type { Store } from "../store/store.ts";

/** One who can have made the key. */
interface Candidate {
  readonly policy: string;
  readonly issuer: string;
  readonly user: string;
  /** Uploads of this key, where the policy has a quota. */
  readonly uploads: readonly { readonly id: string; readonly record: UploadRecord }[];
}

/** What a store has under the key. */
export interface FoundObject {
  readonly store: string;
  readonly bucket: string;
  /** Of a file in quarantine: it is here in place of the key. */
  readonly pendingKey?: string;
  /** `undefined` for nothing. */
  readonly object: StoredObject | undefined;
  /** The empty object of an aborted upload. */
  readonly isAbortMark: boolean;
}

export interface FoundKey {
  readonly key: string;
  readonly candidates: readonly Candidate[];
  /** Policies that can have made the key, for a user whom the key does not name. */
  readonly unattributed: readonly string[];
  readonly objects: readonly FoundObject[];
}

/**
 * Returns whose the key can be, their uploads, and what each store of these policies has. It may be the key under
 * which a file is pending in quarantine. Throws `not-found` for a key that no policy makes, `store-unavailable`
 * and `ledger-unavailable`.
 */
export async function findByKey(
  service: Service,
  key: string,
  requestOrigin: string,
): Promise<FoundKey> {
  const all = [...service.stores.values()];
  const { finalKey, attributed } = attributePlace(service, key, all);
  if (attributed.length === 0)
    throw new Problem("not-found", "No policy's key template makes this key");
  const stores = new Set(attributed.flatMap(({ policy }) => [...policy.stores.values()]));
  const [candidates, objects] = await Promise.all([
    Promise.all(
      attributed.flatMap(({ policy, owners }) =>
        owners.map(async (owner) => findCandidate(service, { key, finalKey }, policy, owner)),
      ),
    ),
    Promise.all([...stores].map(async (store) => look(service, { key, store, requestOrigin }))),
  ]);
  const unattributed = attributed.flatMap(({ policy, owners }) =>
    owners.length === 0 ? [policy.name] : [],
  );
  return { key, candidates, unattributed, objects };
}

/**
 * Returns the same for the object of an upload, with that upload's user and record alone, and what waits in
 * quarantine. Throws `not-found` for an id that this service has not made.
 */
export async function findById(
  service: Service,
  id: string,
  requestOrigin: string,
): Promise<FoundKey & { readonly upload: InspectedId }> {
  const upload = await service.uploadIds.inspect(id);
  if (!upload) throw new Problem("not-found", "No upload of this service has this id");
  const found = await findByKey(service, upload.key, requestOrigin);
  const pending = await lookAtPending(service, upload, requestOrigin);
  const candidates = found.candidates.filter(
    ({ policy, issuer, user }) => policy === upload.policy && upload.isOf(ownerOf(issuer, user)),
  );
  return {
    ...found,
    upload,
    candidates: candidates.map(({ uploads, ...candidate }) => ({
      ...candidate,
      uploads: uploads.filter(({ record }) => record.claims.jti === upload.jti),
    })),
    unattributed: found.unattributed.filter((policy) => policy === upload.policy),
    objects: [...found.objects.filter(({ store }) => store === upload.store), ...pending],
  };
}

/** Returns what a store has where a file waits in quarantine; nothing for an upload that has no such place. */
async function lookAtPending(
  service: Service,
  { pendingKey, store: name }: Pick<InspectedId, "pendingKey" | "store">,
  requestOrigin: string,
): Promise<readonly FoundObject[]> {
  const store = service.stores.get(name);
  if (!store || pendingKey === undefined) return [];
  return [{ ...(await look(service, { key: pendingKey, store, requestOrigin })), pendingKey }];
}

interface ClaimingOwner extends Owner {
  readonly claims: Readonly<Record<string, string>>;
}

interface Keys {
  readonly key: string;
  /** Of the object in the end, which is the one that ledgers know. */
  readonly finalKey: string;
}

async function findCandidate(
  service: Service,
  { key, finalKey }: Keys,
  policy: Policy,
  owner: ClaimingOwner,
): Promise<Candidate> {
  const { issuer, user } = owner;
  const found = { policy: policy.name, issuer, user };
  if (!policy.quota || !hasQuotaOwner(policy, owner)) return { ...found, uploads: [] };
  const names = [...policy.stores.values()].map(({ name }) => name);
  const records = await service.ledgerOf(quotaOwnerOf(policy, owner)).findByKey(finalKey, names);
  const own = records.filter(
    ({ claims }) =>
      claims.policy === policy.name &&
      claims.iss === issuer &&
      claims.sub === user &&
      (key === finalKey || key === claims.pendingKey),
  );
  const uploads = own.map((record) => ({
    id: service.uploadIds.seal(record.claims, owner),
    record,
  }));
  return { ...found, uploads };
}

async function look(
  service: Service,
  {
    key,
    store,
    requestOrigin,
  }: { readonly key: string; readonly store: Store; readonly requestOrigin: string },
): Promise<FoundObject> {
  const location = { store, key: encodeKey(key), requestOrigin };
  const object = await findObject(location, accessTo(service, store).reader);
  return {
    store: store.name,
    bucket: store.bucket,
    object,
    isAbortMark: object !== undefined && isAbortMark(object),
  };
}
