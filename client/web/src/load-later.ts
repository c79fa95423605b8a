/** Loads a part of the client that not every upload needs. */
import { UploadError } from "./error.ts";
import { retry } from "./retry.ts";
import type { UploadContext } from "./upload-context.ts";

/** Tries again where the script could not be loaded. Rejects with `network`. */
export async function loadLater<T>(
  context: UploadContext,
  load: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const { options, onOffline } = context;
  const attempt = async () =>
    load().catch((cause: unknown) => {
      throw new UploadError("network", "A script of the client could not be loaded", { cause });
    });
  return retry(attempt, context, { signal, onRetry: options.onRetry, onOffline });
}
