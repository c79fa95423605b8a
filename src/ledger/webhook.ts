/** Signs and sends webhooks (Standard Webhooks 1.0, github.com/standard-webhooks/standard-webhooks). */
import type { Webhook } from "../config/config.ts";
import { boundedFetch, type Fetch } from "../bounded-fetch.ts";
import { describeError, type Log } from "../log.ts";
import { signMessage } from "../sign-message.ts";
import type { Deliver } from "./outbox.ts";

interface Dependencies {
  readonly now: () => number;
  readonly fetch: Fetch;
  readonly log: Log;
}

const TIMEOUT_MS = 15_000;
const GONE = 410;

/** Creates the sender. Any 2xx accepts a message, a redirect is a failure, 410 stops its retries. */
export function createDeliver(
  { url, secrets }: Webhook,
  { now, fetch, log }: Dependencies,
): Deliver {
  return async function deliver(message) {
    try {
      const headers = {
        "content-type": "application/json",
        "user-agent": "edge-presigner",
        ...(await signMessage(message, secrets.reveal(), Math.floor(now() / 1000))),
      };
      const { body } = message;
      const init = { method: "POST", headers, body };
      const { status } = await boundedFetch(
        { url, init, timeoutMs: TIMEOUT_MS, maxBytes: 0 },
        fetch,
      );
      if (status >= 200 && status < 300) return "accepted";
      log("webhook-failed", { message: message.id, status });
      return status === GONE ? "gone" : "failed";
    } catch (error) {
      log("webhook-failed", { message: message.id, reason: describeError(error) });
      return "failed";
    }
  };
}
