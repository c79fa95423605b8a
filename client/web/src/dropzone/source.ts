/** Where the uploads of a dropzone go: to a given client, or to one for an endpoint. */
import type { PolicyList } from "../policies.ts";
import { createUploader, type Uploader, type UploaderOptions } from "../uploader.ts";

export type GetToken = NonNullable<UploaderOptions["getToken"]>;

export interface Source {
  readonly endpoint: string;
  readonly getToken: GetToken | undefined;
  readonly uploader: Uploader | undefined;
}

/** Returns the client. Throws a `TypeError` if the app has given none. */
export function openUploader(source: Source): Uploader {
  const { endpoint, uploader } = source;
  if (uploader) return uploader;
  if (!endpoint)
    throw new TypeError(
      "Cannot upload: set the attribute endpoint, or the property uploader or queue",
    );
  // An app may replace the function meanwhile. Without one the page's own session counts.
  const getToken: GetToken = (refused) => source.getToken?.(refused) ?? "";
  return createUploader({ endpoint, ...(source.getToken && { getToken }) });
}

/**
 * Asks the service what its policies allow. Returns `undefined` if it does not say, as an older one:
 * then all files can be chosen, and the service decides about each.
 */
export async function askPolicies(
  source: Source,
  signal: AbortSignal,
): Promise<PolicyList | undefined> {
  if (!source.uploader && !source.endpoint) return undefined;
  try {
    return await openUploader(source).policies({ signal });
  } catch {
    return undefined;
  }
}
