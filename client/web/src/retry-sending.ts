import { retry } from "./retry.ts";
import type { UploadContext } from "./upload-context.ts";

/** Calls `attempt` in its turn, and again if it failed. Between two tries others are sent. */
export async function retrySending(
  context: UploadContext,
  attempt: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { options, onOffline } = context;
  const { onRetry } = options;
  await retry(async () => context.inTurn(attempt, signal), context, { signal, onRetry, onOffline });
}
