/** The answers of `/v1/admin`, and their schemas for `openapi.json`. */
import * as z from "zod/mini";
import type { RevokeReport } from "../operation/revoke.ts";

const time = z.string();

export const revocation = z.strictObject({
  user: z.optional(z.string()),
  issuer: z.optional(z.string()),
  all: z.optional(z.literal(true)),
  before: time,
  effectiveAt: time,
  multipartUploads: z.optional(
    z.strictObject({
      aborted: z.int(),
      failed: z.int(),
      hasMore: z.boolean(),
      unchecked: z.readonly(z.array(z.string())),
    }),
  ),
  live: z.array(
    z.strictObject({ kind: z.enum(["urls", "credentials"]), store: z.string(), until: time }),
  ),
  advice: z.string(),
});

const ADVICE =
  "What was given out before is valid until then: to end it now, rotate the keys of the store. npx edge-presigner setup prints how";

/** Returns the answer of `POST /v1/admin/revocations`. */
export function revocationAnswer(report: RevokeReport): z.output<typeof revocation> {
  const { user, issuer, uploads, live } = report;
  return {
    ...(user !== undefined && { user }),
    ...(issuer === undefined ? { all: true } : { issuer }),
    before: toText(report.beforeMs),
    effectiveAt: toText(report.effectiveMs),
    ...(uploads && { multipartUploads: uploads }),
    live: live.map(({ kind, store, untilMs }) => ({ kind, store, until: toText(untilMs) })),
    advice: ADVICE,
  };
}

function toText(ms: number): string {
  return new Date(ms).toISOString();
}
