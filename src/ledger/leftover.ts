/** What an ended upload left in the store. */
import type { StoredObject } from "../store/object.ts";

export type LeftObject = Pick<StoredObject, "size" | "etag">;

/** `stays`: it may not be deleted, or another upload may have it. */
export type Leftover =
  | { readonly kind: "nothing" | "deleted" }
  | { readonly kind: "stays"; readonly object: LeftObject };
