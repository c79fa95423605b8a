/** The fields of `presigner.config.ts` beside its stores, policies and issuers. */
import * as z from "zod/mini";
import { duration, rate } from "./quantity.ts";
import { LEVEL_NAMES } from "../events.ts";
import { messageOf } from "./schema-messages.ts";

z.config({ customError: messageOf });

const SERVICE = "edge-presigner";
const AN_HOUR = 3600;
const LIMITS = {
  perAddress: { limit: 600, windowSeconds: 60 },
  perCaller: { limit: 120, windowSeconds: 60 },
};
const LOGGING = { level: "info", requests: "off" } as const;
const SOURCE = { error: "must be a URI, such as https://uploads.example.com" };
const text = z.string().check(z.minLength(1));
const SHARE = {
  error: 'must be "all", "errors", "off", or a share from 0 to 1, such as 0.1',
};
const isShare = (value: unknown) => typeof value !== "number" || (value >= 0 && value <= 1);
const requests = z
  .union([z.enum(["all", "errors", "off"]), z.number()], SHARE)
  .check(z.refine(isShare, SHARE));

export const settingsSchema = z.strictObject({
  /** The exact origins of the browsers' pages. Apps that are no browser send none. */
  origins: z.array(z.string()),
  /** The policy of a request that names none. */
  defaultPolicy: z.optional(z.string()),
  /** Where finished uploads of policies with a quota are reported, signed with `WEBHOOK_SECRET`. */
  webhook: z.optional(z.strictObject({ url: z.string() })),
  /**
   * Where an audit is sent: to the queue of this binding, or to a URL, signed with `AUDIT_SECRET`. `source` is
   * the field of each event.
   */
  audit: z.optional(
    z.strictObject({
      queue: z.optional(text),
      url: z.optional(z.string()),
      source: z._default(z.string().check(z.regex(/^[!-~]+$/, SOURCE)), SERVICE),
    }),
  ),
  /** The `iss`, `aud` and lifetime of receipts: by default both are "edge-presigner", for an hour. */
  receipts: z._default(
    z.strictObject({
      issuer: z._default(text, SERVICE),
      audience: z._default(text, SERVICE),
      expiresIn: z._default(duration(), AN_HOUR),
    }),
    { issuer: SERVICE, audience: SERVICE, expiresIn: AN_HOUR },
  ),
  /** What the two rate-limit bindings in wrangler.toml are set to: answers repeat these numbers. */
  limits: z._default(
    z.strictObject({
      perAddress: z._default(rate(), LIMITS.perAddress),
      perCaller: z._default(rate(), LIMITS.perCaller),
    }),
    LIMITS,
  ),
  /** `true` lets admins revoke tokens and uploads, and each request is compared with what they have revoked. */
  revocations: z._default(z.boolean(), false),
  /** What the log has: events from a level on, and a line for each request, for a share of them, or for those that got a problem. */
  logging: z._default(
    z.strictObject({
      level: z._default(z.enum(LEVEL_NAMES), LOGGING.level),
      requests: z._default(requests, LOGGING.requests),
    }),
    LOGGING,
  ),
  /** `true` gives the spans of Cloudflare's traces policy, store and outcome, where `wrangler.toml` turns traces on. */
  traces: z._default(z.boolean(), false),
});
