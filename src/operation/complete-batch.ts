/** Completes several uploads, each as if it were alone. */
import type { Caller } from "../grant/authenticate.ts";
import type { Service } from "../service.ts";
import {
  PATIENCE_MS,
  completeUpload,
  type CompletedUpload,
  type UnfinishedUpload,
} from "./complete.ts";

/** A Worker may have six open connections (Cloudflare: "Simultaneous open connections"): one is left for the hooks. */
const MAX_AT_ONCE = 5;

/**
 * Returns what became of each upload, in the order of the ids: whatever one of them throws, the others go
 * on. `count` runs before an upload is looked at, and what it throws is the outcome of that one.
 */
export async function completeUploads(
  service: Service,
  caller: Caller,
  ids: readonly string[],
  count: (index: number) => Promise<void>,
): Promise<readonly PromiseSettledResult<CompletedUpload | UnfinishedUpload>[]> {
  const outcomes: PromiseSettledResult<CompletedUpload | UnfinishedUpload>[] = [];
  const endsAtMs = service.now() + PATIENCE_MS;
  const rest = ids.entries();
  const work = async () => {
    for (const [index, id] of rest) {
      // oxlint-disable-next-line no-await-in-loop -- as many at once as there are workers
      [outcomes[index]] = await Promise.allSettled([completeOne(index, id)]);
    }
  };
  const completeOne = async (index: number, id: string) => {
    await count(index);
    return completeUpload(service, caller, { id, patienceMs: endsAtMs - service.now() });
  };
  await Promise.all(Array.from({ length: MAX_AT_ONCE }, work));
  return outcomes;
}
