/** The ways to upload whose cost is counted. The Worker and the command share them. */

/** Those of the table in docs/scale.md. */
export const MODES = {
  stateless: "one PUT, no quota",
  quota: "one PUT, a quota",
  idempotency: "one PUT, a quota, an `Idempotency-Key`",
  webhook: "one PUT, a quota, a webhook",
  events: "the same, bucket events in place of `complete`",
  stored: "one PUT, `stored` and `objects`, a webhook",
  multipart: "100 parts, a quota, a webhook",
} as const;

export const MODE_NAMES = [
  "stateless",
  "quota",
  "idempotency",
  "webhook",
  "events",
  "stored",
  "multipart",
] as const satisfies readonly (keyof typeof MODES)[];

/** All that is counted: the command `costs` adds up what they differ by. */
export const COUNTED = [
  ...MODE_NAMES,
  /** `quota: {}`: a record of each upload, and no limit. */
  "record",
  /** As `multipart`, with as many parts as one request signs. */
  "parts",
  /** As `webhook`, with what each policy or service can have besides. */
  "quarantine",
  "audit",
  /** As `stateless`, with the same. */
  "auditOnly",
  "revocations",
  /** All of it at once. */
  "everything",
] as const;
export type Counted = (typeof COUNTED)[number];
export type Mode = keyof typeof MODES;
