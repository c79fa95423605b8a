/** Aborts the open multipart uploads of a user: until then, parts that arrived take space. */
import type { Policy } from "../config/config.ts";
import type { Owner } from "../grant/owner.ts";
import { describeError } from "../log.ts";
import type { Service } from "../service.ts";
import { findRecordedUploads, type OpenUpload, type OpenUploads } from "./find-recorded-uploads.ts";
import { findStoredUploads } from "./find-stored-uploads.ts";
import type { Place } from "./place.ts";

export interface AbortReport {
  readonly aborted: number;
  readonly failed: number;
  /** There are more than one request can abort: the same request again aborts the next ones. */
  readonly hasMore: boolean;
  /** The policies whose open uploads could not all be looked for: without `{user}`, or in a store that does not list them. */
  readonly unchecked: readonly string[];
}

interface Search {
  /** Only those that were created until then. */
  readonly beforeMs: number;
  readonly place: Place;
}

/** Each takes up to seven requests, of the thousand that a Worker may send (Cloudflare: "Subrequests"). */
const MAX_UPLOADS = 100;
/** A Worker may have six open connections (Cloudflare: "Simultaneous open connections"). */
const MAX_AT_ONCE = 5;

/** Aborts them. It never throws: what failed is counted and logged. */
export async function abortOpenUploads(
  service: Service,
  owner: Owner,
  search: Search,
): Promise<AbortReport> {
  const uploads: OpenUpload[] = [];
  const unchecked = new Set<string>();
  for (const { policies, find } of searchesOf(service, owner, search)) {
    if (uploads.length > MAX_UPLOADS) break;
    // oxlint-disable-next-line no-await-in-loop -- most are not needed once there are enough
    const found = await orUndefined(service, find);
    uploads.push(...(found?.uploads ?? []));
    if (!found?.isComplete && uploads.length <= MAX_UPLOADS)
      for (const { name } of policies) unchecked.add(name);
  }
  const counts = await abortAll(service, uploads.slice(0, MAX_UPLOADS));
  return { ...counts, hasMore: uploads.length > MAX_UPLOADS, unchecked: [...unchecked] };
}

interface PolicySearch {
  readonly policies: readonly Policy[];
  /** Returns `undefined` where it cannot look. */
  readonly find: () => Promise<OpenUploads | undefined>;
}

/** The user's own ledger has all uploads of its policies. Of the others, the stores are asked. */
function searchesOf(service: Service, owner: Owner, search: Search): readonly PolicySearch[] {
  const all = [...service.config.policies.values()];
  const recorded = all.filter(hasOwnLedger);
  const bounds = { ...search, limit: MAX_UPLOADS + 1 };
  const inLedger = {
    policies: recorded,
    find: async () => findRecordedUploads(service, service.ledgerOf(owner), bounds),
  };
  const inStores = all
    .filter((policy) => !hasOwnLedger(policy))
    .flatMap((policy) =>
      Array.from(new Set(policy.stores.values()), (store) => ({
        policies: [policy],
        find: async () => findStoredUploads(service, owner, { policy, store }, search),
      })),
    );
  return [...(recorded.length > 0 ? [inLedger] : []), ...inStores];
}

function hasOwnLedger({ quota, quotaClaim }: Policy): boolean {
  return quota !== undefined && quotaClaim === undefined;
}

async function orUndefined<T>(
  { log }: Service,
  find: () => Promise<T | undefined>,
): Promise<T | undefined> {
  try {
    return await find();
  } catch (error) {
    log("open-uploads-unread", { reason: describeError(error) });
    return undefined;
  }
}

async function abortAll(
  { log }: Service,
  uploads: readonly OpenUpload[],
): Promise<Pick<AbortReport, "aborted" | "failed">> {
  const rest = uploads.values();
  let failed = 0;
  const work = async () => {
    for (const { abort } of rest) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- as many at once as there are workers
        await abort();
      } catch (error) {
        failed += 1;
        log("abort-failed", { reason: describeError(error) });
      }
    }
  };
  await Promise.all(Array.from({ length: MAX_AT_ONCE }, work));
  return { aborted: uploads.length - failed, failed };
}
