/**
 * Deletes a user: objects by prefix, records, messages and counters. Each call does a bounded part, and a later
 * one goes on where the stores and ledgers are then: nothing is remembered in between.
 */
import type { Policy } from "../config/config.ts";
import { userKeysOf } from "../key/user-prefix.ts";
import { endAborted } from "../operation/abort.ts";
import { abortOpenUploads } from "../operation/abort-open-uploads.ts";
import { accessTo } from "../operation/locate.ts";
import type { Place } from "../operation/place.ts";
import type { Service } from "../service.ts";
import { encodeKey } from "../store/encode-key.ts";
import { listPage } from "../store/list.ts";
import { deleteObject } from "../store/object.ts";
import { StoreUnavailable } from "../store/request.ts";
import type { Store } from "../store/store.ts";
import type { NamedUser } from "./find-user.ts";
import { findLedgers, type UnreachedPolicy, type UserLedger } from "./user-ledgers.ts";

export interface DeletionReport {
  /** Everything that can be found is gone. */
  readonly isDone: boolean;
  /** Of this call. */
  readonly abortedUploads: number;
  readonly deletedObjects: number;
  /** Records that stay until their tickets can store nothing more. */
  readonly remainingUploads: number;
  /** When the last of them can be deleted. */
  readonly remainUntilMs?: number;
  /** What an admin has to look at. */
  readonly problems: readonly DeletionProblem[];
  /** Policies whose keys do not say whose they are, or only with a claim that was not named. */
  readonly unattributed: readonly { readonly policy: string; readonly claim?: string }[];
  readonly unreached: readonly UnreachedPolicy[];
}

interface DeletionProblem {
  readonly policy: string;
  readonly store: string;
  readonly reason: string;
}

/** Store requests of one call: the free plan of Workers allows 50. */
const MAX_OBJECTS = 25;
const MAX_ABORTED = 5;

/** Does the next part. Throws `ledger-unavailable`. What a store refuses is in the report. */
export async function deleteUser(
  service: Service,
  user: NamedUser,
  place: Place,
): Promise<DeletionReport> {
  const { ledgers, unreached } = findLedgers(service, user);
  const aborted = await abortPending(service, ledgers);
  const objects = await deleteObjects(service, user, place.requestOrigin);
  const isRest = !objects.hasMore && objects.problems.length === 0 && aborted < MAX_ABORTED;
  // Parts of uploads that no ledger knows.
  const parts = isRest
    ? await abortOpenUploads(service, user, { beforeMs: service.now(), place })
    : { aborted: 0, failed: 0, hasMore: true };
  const { issuer, user: name } = user;
  // Only when the objects are gone: a record is the way to an object that has no other.
  const remainders =
    !isRest || parts.hasMore || parts.failed > 0
      ? []
      : await Promise.all(
          ledgers.map(async ({ ledger, owner }) =>
            ledger.erase({ issuer, user: name, ...(owner !== undefined && { owner }) }),
          ),
        );
  const remainingUploads = remainders.reduce((sum, { uploads }) => sum + uploads, 0);
  const untilMs = Math.max(0, ...remainders.map((one) => one.untilMs ?? 0));
  return {
    isDone: remainders.length > 0 && remainingUploads === 0,
    abortedUploads: aborted + parts.aborted,
    deletedObjects: objects.deleted,
    remainingUploads,
    ...(untilMs > 0 && { remainUntilMs: untilMs }),
    problems: objects.problems,
    unattributed: objects.unattributed,
    unreached,
  };
}

/** Ends the tickets of uploads in progress, so that as little as possible arrives later. */
async function abortPending(service: Service, ledgers: readonly UserLedger[]): Promise<number> {
  let aborted = 0;
  for (const { ledger, owner } of ledgers) {
    // oxlint-disable-next-line no-await-in-loop -- until enough is found
    const { uploads } = await ledger.list({ status: "pending", owner });
    for (const { claims } of uploads.slice(0, MAX_ABORTED - aborted)) {
      // oxlint-disable-next-line no-await-in-loop -- a few, and the store is asked for each
      const record = await ledger.settle(claims.jti, { status: "aborted" });
      aborted += 1;
      // oxlint-disable-next-line no-await-in-loop -- as above
      if (record) await endAborted(service, ledger, record);
    }
  }
  return aborted;
}

interface DeletedObjects {
  readonly deleted: number;
  readonly hasMore: boolean;
  readonly problems: readonly DeletionProblem[];
  readonly unattributed: DeletionReport["unattributed"];
}

async function deleteObjects(
  service: Service,
  user: NamedUser,
  requestOrigin: string,
): Promise<DeletedObjects> {
  const problems: DeletionProblem[] = [];
  const unattributed: { policy: string; claim?: string }[] = [];
  let deleted = 0;
  let hasMore = false;
  for (const policy of service.config.policies.values()) {
    const keys = userKeysOf(policy.template, user);
    if (keys.kind === "unknown") {
      const { claim } = keys;
      unattributed.push({ policy: policy.name, ...(claim !== undefined && { claim }) });
      continue;
    }
    for (const { store, pendingPrefix } of placesOf(policy)) {
      if (deleted >= MAX_OBJECTS) return { deleted, hasMore: true, problems, unattributed };
      const text = pendingPrefix + keys.text;
      const place = { store, prefix: text, requestOrigin };
      try {
        // oxlint-disable-next-line no-await-in-loop -- each has a part of the objects of one call
        const page = await listPage(
          place,
          { maxKeys: MAX_OBJECTS - deleted },
          accessTo(service, store).reader,
        );
        const own = page.objects.filter(({ key }) => keys.kind === "prefix" || key === text);
        for (const { key, etag } of own) {
          // oxlint-disable-next-line no-await-in-loop -- a store slows down many deletions at once
          await deleteOne(service, { policy, store, user, key, etag, requestOrigin });
          deleted += 1;
        }
        hasMore ||= page.next !== undefined && keys.kind === "prefix";
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        problems.push({ policy: policy.name, store: store.name, reason: error.logReason });
      }
    }
  }
  return { deleted, hasMore, problems, unattributed };
}

interface ObjectPlace {
  readonly store: Store;
  /** Stands before the keys of files that were never promoted; empty for all others. */
  readonly pendingPrefix: string;
}

/** A file that was rejected or never checked is under the pending prefix of a quarantine. */
function placesOf({ stores, quarantine }: Policy): readonly ObjectPlace[] {
  const prefixes = quarantine ? ["", quarantine.prefix] : [""];
  return [...new Set(stores.values())].flatMap((store) =>
    prefixes.map((pendingPrefix) => ({ store, pendingPrefix })),
  );
}

interface OneObject {
  readonly policy: Policy;
  readonly store: Store;
  readonly user: NamedUser;
  readonly key: string;
  readonly etag: string | undefined;
  readonly requestOrigin: string;
}

async function deleteOne(
  service: Service,
  { policy, store, user, key, etag, requestOrigin }: OneObject,
): Promise<void> {
  const location = { store, key: encodeKey(key), requestOrigin };
  const { reader, writer } = accessTo(service, store);
  const isDeleted =
    (await deleteObject(location, reader)) || (await deleteObject(location, writer));
  if (!isDeleted) throw new StoreUnavailable("DELETE was refused: no pair of keys may delete");
  if (policy.quota?.objects === undefined) return;
  const { ledgers } = findLedgers(service, user);
  const counting = ledgers.find(({ policies }) =>
    policies.some((one) => one.policy === policy.name),
  );
  await counting?.ledger.forgetObject({ key, stores: [store.name], etag });
}
