/** Stores the sample in quarantine, and promotes it as the Worker does. */
import type { Policy } from "../../src/config/config.ts";
import type { Admitted } from "../../src/operation/admit.ts";
import { copyObject, type Copy } from "../../src/store/copy.ts";
import { findObject, type StoredObject } from "../../src/store/object.ts";
import { StoreUnavailable } from "../../src/store/request.ts";
import type { ObjectLocation, Store } from "../../src/store/store.ts";
import { Inconclusive, putFirst } from "./probe.ts";
import type { Session } from "./session.ts";

interface Places {
  readonly admitted: Admitted;
  readonly pending: ObjectLocation;
  readonly final: ObjectLocation;
}

/** Stores a file in quarantine with a ticket. Throws `Inconclusive`. */
export async function storePending(session: Session, policy: Policy): Promise<Places> {
  const admitted = await session.admit(policy);
  await putFirst(session, await session.sign(admitted));
  const pending = session.locate(admitted);
  const final = { ...pending, key: admitted.key.encoded };
  return { admitted, pending, final };
}

/** Returns the object. Throws `Inconclusive` where the reading key does not see it. */
export async function headPending(
  { accessWith, reader }: Session,
  pending: ObjectLocation,
): Promise<StoredObject> {
  const object = await findObject(pending, accessWith(reader));
  if (object) return object;
  throw new Inconclusive("not tested: the reading key does not find the pending file");
}

interface Promotion extends Places {
  /** Why the copy was not made. */
  readonly error: string | undefined;
}

/** Copies a new pending file to its final key, from and to a store and on the condition of an ETag. Throws `Inconclusive`. */
export async function promoteSample(
  session: Session,
  policy: Policy,
  { store, etag }: { readonly store: Store; readonly etag?: string },
): Promise<Promotion> {
  const places = await storePending(session, policy);
  const { admitted, pending, final } = places;
  const object = await headPending(session, pending);
  const { "content-type": contentType = "" } = admitted.grant.headers;
  const copy: Copy = {
    from: { ...pending, store },
    to: { ...final, store },
    etag: etag ?? object.etag,
    size: object.size,
    headers: { "content-type": contentType, ...policy.fixedHeaders },
    isMultipart: false,
  };
  session.cleanup.addObject(final);
  try {
    await copyObject(copy, session.accessWith(session.reader));
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    return { ...places, error: error.logReason };
  }
  return { ...places, error: undefined };
}
