/** Delivers events of the audit to a queue, or signed to a server (CloudEvents 1.0.2, "JSON Batch Format"). */
import { boundedFetch, type Fetch } from "../bounded-fetch.ts";
import type { Audit } from "../config/config.ts";
import { sha256Hex } from "../hash.ts";
import { describeError, type Log } from "../log.ts";
import { signMessage } from "../sign-message.ts";
import { waitAtMost } from "../wait-at-most.ts";

/** Delivers a batch, whole or not at all. Returns whether it was taken; never throws. */
export type DeliverEvents = (events: readonly string[]) => Promise<boolean>;

/** What a ledger writes and sends events with. */
export interface AuditSender {
  /** The field of each event. */
  readonly source: string;
  readonly deliver: DeliverEvents;
}

/** The binding of a queue, as far as it is used (Cloudflare: "Queues JavaScript APIs"). */
export interface Queue {
  readonly sendBatch: (
    messages: readonly { readonly body: unknown; readonly contentType: "json" }[],
  ) => Promise<unknown>;
}

interface Dependencies {
  readonly now: () => number;
  readonly fetch: Fetch;
  readonly log: Log;
  readonly queueOf: (binding: string) => Queue;
}

const TIMEOUT_MS = 15_000;
/** What a queue takes at once: 100 messages of 256 KB together (Cloudflare: "Queues limits"). */
export const MAX_EVENTS = 100;
const MAX_BATCH_CHARACTERS = 80_000;

export function createDeliverEvents(audit: Audit, dependencies: Dependencies): DeliverEvents {
  const { log } = dependencies;
  const send =
    audit.kind === "queue" ? sendToQueue(audit, dependencies) : post(audit, dependencies);
  return async (events) => {
    try {
      const status = await send(events);
      if (status === undefined) return true;
      log("audit-failed", { events: events.length, status });
    } catch (error) {
      log("audit-failed", { events: events.length, reason: describeError(error) });
    }
    return false;
  };
}

/** Returns the status of a refusal; `undefined` where the events were taken. */
type Send = (events: readonly string[]) => Promise<number | undefined>;

function sendToQueue(
  { binding }: Extract<Audit, { kind: "queue" }>,
  { queueOf }: Dependencies,
): Send {
  return async (events) => {
    const messages = events.map((event) => {
      const body: unknown = JSON.parse(event);
      return { body, contentType: "json" } as const;
    });
    const sent = queueOf(binding)
      .sendBatch(messages)
      .then(() => true);
    if (!(await waitAtMost(TIMEOUT_MS, sent))) throw new Error(`No answer within ${TIMEOUT_MS} ms`);
    return undefined;
  };
}

function post(
  { url, secrets }: Extract<Audit, { kind: "url" }>,
  { now, fetch }: Dependencies,
): Send {
  return async (events) => {
    const body = `[${events.join(",")}]`;
    const message = { id: sha256Hex(body), body };
    const headers = {
      "content-type": "application/cloudevents-batch+json; charset=utf-8",
      "user-agent": "edge-presigner",
      ...(await signMessage(message, secrets.reveal(), Math.floor(now() / 1000))),
    };
    const init = { method: "POST", headers, body };
    const { status } = await boundedFetch({ url, init, timeoutMs: TIMEOUT_MS, maxBytes: 0 }, fetch);
    return status >= 200 && status < 300 ? undefined : status;
  };
}

/** Returns the first events that fit into one batch: at least one, unless there is none. */
export function takeBatch<T extends { readonly event: string }>(
  events: readonly T[],
): readonly T[] {
  let characters = 0;
  const end = events.findIndex(({ event }, index) => {
    characters += event.length;
    return index >= MAX_EVENTS || (index > 0 && characters > MAX_BATCH_CHARACTERS);
  });
  return end === -1 ? events : events.slice(0, end);
}
