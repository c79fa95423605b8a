/** The ways to upload whose cost is counted. The Worker and the command share them. */
export const MODES = {
  stateless: "one PUT, no quota",
  quota: "one PUT, a quota",
  idempotency: "one PUT, a quota, an `Idempotency-Key`",
  webhook: "one PUT, a quota, a webhook",
  events: "the same, bucket events in place of `complete`",
  stored: "one PUT, `stored` and `objects`, a webhook",
  multipart: "100 parts, a quota, a webhook",
} as const;

export type Mode = keyof typeof MODES;
export const MODE_NAMES = [
  "stateless",
  "quota",
  "idempotency",
  "webhook",
  "events",
  "stored",
  "multipart",
] as const satisfies readonly Mode[];
