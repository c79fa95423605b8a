/** Finds the open multipart uploads of a user by asking a store: those that the user's own ledger does not know. */
import type { Policy } from "../config/config.ts";
import { ownerOf, type Owner } from "../grant/owner.ts";
import { hasQuotaOwner, quotaOwnerOf } from "../grant/quota-owner.ts";
import { attributeKey } from "../key/attribute.ts";
import { encodeUserSegment } from "../key/segment.ts";
import { startOf } from "../key/template-start.ts";
import type { Ledger } from "../ledger/client.ts";
import type { Service } from "../service.ts";
import { encodeKey } from "../store/encode-key.ts";
import { listMultipartUploads } from "../store/list-multipart.ts";
import { abortMultipart } from "../store/multipart.ts";
import type { Store } from "../store/store.ts";
import { issuersOf } from "./attribute-object.ts";
import { abortRecorded, type Bounds, type OpenUploads } from "./find-recorded-uploads.ts";
import { accessTo } from "./locate.ts";
import type { Place } from "./place.ts";

interface Search extends Pick<Bounds, "beforeMs"> {
  readonly place: Place;
}

interface Corner {
  readonly policy: Policy;
  readonly store: Store;
}

interface Sought {
  readonly storeName: string;
  readonly finalKey: string;
  readonly uploadId: string;
}

/** Asks the store. Returns `undefined` where it cannot list, or where its keys do not name users. */
export async function findStoredUploads(
  service: Service,
  owner: Owner,
  { policy, store }: Corner,
  { beforeMs, place }: Search,
): Promise<OpenUploads | undefined> {
  const { template, quarantine } = policy;
  const pendingPrefix = quarantine?.prefix ?? "";
  if (template.userIndex < 0) return undefined;
  const issuers = issuersOf(service);
  const userPrefix = issuers.find(({ name }) => name === owner.issuer)?.userPrefix;
  const { text } = startOf(template, encodeUserSegment(owner.user, userPrefix));
  const prefix = pendingPrefix + text;
  const requestOrigin = store.origin === undefined ? place.requestOrigin : undefined;
  const { writer } = accessTo(service, store);
  const listed = await listMultipartUploads({ store, prefix, requestOrigin }, writer);
  if (!listed) return undefined;
  const uploads = listed.uploads.flatMap((upload) => {
    if (upload.createdAtMs > beforeMs) return [];
    const finalKey = upload.key.slice(pendingPrefix.length);
    const attributed = attributeKey(finalKey, template, issuers);
    const owners = attributed?.users.map(({ issuer, user }) => ownerOf(issuer, user)) ?? [];
    // A key that may be another user's is left alone.
    if (owners.length === 0 || owners.some(({ digest }) => digest !== owner.digest)) return [];
    const location = { store, key: encodeKey(upload.key), requestOrigin };
    const ledger = ledgerOf(service, policy, { ...owner, claims: attributed?.claims ?? {} });
    const abort = async () => {
      const sought = { storeName: store.name, finalKey, uploadId: upload.uploadId };
      if (!ledger || !(await abortByKey(service, ledger, sought)))
        await abortMultipart(location, upload.uploadId, writer);
    };
    return [{ abort }];
  });
  return { uploads, isComplete: listed.isComplete };
}

/** The ledger of a team, where the key names the team. */
function ledgerOf(
  service: Service,
  policy: Policy,
  owner: Parameters<typeof quotaOwnerOf>[1],
): Ledger | undefined {
  if (!policy.quota || !hasQuotaOwner(policy, owner)) return undefined;
  return service.ledgerOf(quotaOwnerOf(policy, owner));
}

/** Aborts the record of an upload. Returns `false` where the ledger has none. */
async function abortByKey(
  service: Service,
  ledger: Ledger,
  { storeName, finalKey, uploadId }: Sought,
): Promise<boolean> {
  const records = await ledger.findByKey(finalKey, [storeName]);
  const own = records.find(({ claims }) => claims.uploadId === uploadId);
  if (own?.status !== "pending") return false;
  await abortRecorded(service, ledger, own.claims);
  return true;
}
