/** Writes the commands with which an R2 bucket sends its events to a queue: docs/bucket-events.md. */
import { allKeysOf, type BucketUse } from "./bucket-use.ts";
import { jurisdictionOf, quote } from "./lifecycle.ts";

/** The name of the queue in docs/bucket-events.md. */
const QUEUE = "bucket-events";

/** Returns a command for each prefix of the policies; none for a store that is not R2. */
export function notificationLinesOf({ store, policies }: BucketUse): readonly string[] {
  if (store.providerName !== "r2") return [];
  return allKeysOf(policies).map(({ text }) =>
    [
      `npx wrangler r2 bucket notification create ${store.bucket}`,
      `--event-type object-create object-delete --queue ${QUEUE}`,
      ...(text === "" ? [] : [`--prefix ${quote(text)}`]),
      ...jurisdictionOf(store),
    ].join(" "),
  );
}
