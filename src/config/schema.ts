/** The fields of `presigner.config.ts` beside its stores, policies and issuers. */
import * as z from "zod/mini";
import { duration, rate } from "./quantity.ts";
import { messageOf } from "./schema-messages.ts";

z.config({ customError: messageOf });

const SERVICE = "edge-presigner";
const AN_HOUR = 3600;
const LIMITS = {
  perAddress: { limit: 600, windowSeconds: 60 },
  perCaller: { limit: 120, windowSeconds: 60 },
};
const text = z.string().check(z.minLength(1));

export const settingsSchema = z.strictObject({
  /** The exact origins of the browsers' pages. Apps that are no browser send none. */
  origins: z.array(z.string()),
  /** The policy of a request that names none. */
  defaultPolicy: z.optional(z.string()),
  /** Where finished uploads of policies with a quota are reported, signed with `WEBHOOK_SECRET`. */
  webhook: z.optional(z.strictObject({ url: z.string() })),
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
});
