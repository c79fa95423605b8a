/** The URL at which an app displays an object. */
import { mayRun } from "../grant/content-type.ts";
import type { UploadClaims } from "../grant/upload-claims.ts";
import type { Verified } from "../ledger/record.ts";
import type { Service } from "../service.ts";
import { encodeKey } from "../store/encode-key.ts";

/**
 * Returns the URL under the store's `publicBaseUrl`. `undefined` without one, and for what a browser
 * runs by its granted or stored type, or by the extension of its key.
 */
export function publicUrlOf(
  { stores }: Pick<Service, "stores">,
  { store, key, type }: UploadClaims,
  { contentType }: Pick<Verified, "contentType">,
): string | undefined {
  const base = stores.get(store)?.publicBaseUrl;
  if (base === undefined || mayRun([type, contentType], key)) return undefined;
  return `${base}/${encodeKey(key)}`;
}
