/** The consumer of a queue with the events of buckets. */
import { describeError, type Log } from "../log.ts";
import { handleBucketEvent } from "../operation/handle-bucket-event.ts";
import type { Service } from "../service.ts";
import { parseEvent } from "./parse-event.ts";

/** A message, as far as it is used. */
interface EventMessage {
  readonly body: unknown;
  readonly attempts: number;
  readonly ack: () => void;
  readonly retry: (options?: { readonly delaySeconds?: number }) => void;
}

export interface EventBatch {
  readonly messages: readonly EventMessage[];
}

/** The most that Queues delivers at once. */
const MAX_MESSAGES = 100;
/** A Worker may have six open connections (Cloudflare: "Simultaneous open connections"). */
const MAX_AT_ONCE = 5;
const FIRST_DELAY_SECONDS = 10;
const MAX_DELAY_SECONDS = 600;

/**
 * Handles a batch: each message is acknowledged or retried alone. One that can never be handled is logged and
 * acknowledged. `getService` throws for an invalid configuration: then every message comes again.
 */
export async function consumeEvents(
  { messages }: EventBatch,
  getService: () => Service,
  log: Log,
): Promise<void> {
  const rest = messages.slice(0, MAX_MESSAGES).values();
  const work = async () => {
    for (const message of rest) {
      // oxlint-disable-next-line no-await-in-loop -- as many at once as there are workers
      await consume(message, getService, log);
    }
  };
  await Promise.all(Array.from({ length: MAX_AT_ONCE }, work));
  for (const message of messages.slice(MAX_MESSAGES)) message.retry();
}

async function consume(message: EventMessage, getService: () => Service, log: Log): Promise<void> {
  try {
    const event = parseEvent(message.body);
    if ("errors" in event) log("event-refused", { errors: event.errors });
    else await handleBucketEvent(getService(), event);
    message.ack();
  } catch (error) {
    const { attempts } = message;
    log("event-failed", { attempts, reason: describeError(error) });
    const delaySeconds = FIRST_DELAY_SECONDS * 2 ** Math.min(attempts - 1, 10);
    message.retry({ delaySeconds: Math.min(MAX_DELAY_SECONDS, delaySeconds) });
  }
}
