/** One webhook, signed and sent: Standard Webhooks 1.0 (github.com/standard-webhooks/standard-webhooks). */
import { parseWebhookSecrets } from "../config/compile-proof.ts";
import type { Webhook } from "../config/config.ts";
import { withDeadline } from "../bounded-fetch.ts";
import type { Log } from "../log.ts";
import type { Deliver, Message } from "./outbox.ts";

interface World {
  readonly now: () => number;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly log: Log;
}

const TIMEOUT_MS = 15_000;
const GONE = 410;

/** Accepted is any 2xx; a redirect is a failure; 410 stops the message. */
export function createDeliver({ url, secret }: Webhook, { now, fetch, log }: World): Deliver {
  return async function deliver(message) {
    try {
      const headers = {
        "content-type": "application/json",
        "user-agent": "edge-presigner",
        ...(await signMessage(
          message,
          parseWebhookSecrets(secret) ?? [],
          Math.floor(now() / 1000),
        )),
      };
      const { body } = message;
      const response = await withDeadline(TIMEOUT_MS, async (signal) =>
        fetch(url, { method: "POST", headers, body, redirect: "manual", signal }),
      );
      await response.body?.cancel();
      if (response.ok) return "accepted";
      log("webhook-refused", { message: message.id, status: response.status });
      return response.status === GONE ? "gone" : "failed";
    } catch (error) {
      log("webhook-refused", {
        message: message.id,
        reason: error instanceof Error ? error.name : "unknown",
      });
      return "failed";
    }
  };
}

/** Every secret signs, so that a receiver may hold either one during a rotation. */
async function signMessage(
  { id, body }: Message,
  secrets: readonly Uint8Array<ArrayBuffer>[],
  timestamp: number,
): Promise<Readonly<Record<string, string>>> {
  const content = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  const signatures = await Promise.all(
    secrets.map(async (secret) => {
      const key = await crypto.subtle.importKey(
        "raw",
        secret,
        { name: "HMAC", hash: "SHA-256" },
        false,
        ["sign"],
      );
      const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, content));
      return `v1,${btoa(String.fromCharCode(...signature))}`;
    }),
  );
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signatures.join(" "),
  };
}
