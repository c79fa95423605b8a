/** What an ended upload left in the store, and what was deleted there. */
import type { StoredObject } from "../store/object.ts";

export type LeftObject = Pick<StoredObject, "size" | "etag">;

/** `stays`: it may not be deleted, or another upload may have it. */
export type Leftover =
  | { readonly kind: "nothing" | "deleted" }
  | { readonly kind: "stays"; readonly object: LeftObject };

/** Where an object is. */
export interface StoredPlace {
  readonly store: string;
  readonly key: string;
  /** Of the embedded store. */
  readonly origin?: string | undefined;
}

/** An object that was deleted, or is said to be. */
export interface DeletedObject {
  readonly key: string;
  /** The names of the stores that may have had it. */
  readonly stores: readonly string[];
  /** Of the object that was deleted; without it the store is asked. */
  readonly etag?: string | undefined;
}
