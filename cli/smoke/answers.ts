/** What the answers of the Worker must have for `edge-presigner smoke`. */
import * as z from "zod/mini";

export const healthSchema = z.object({ status: z.literal("ok"), version: z.string() });
const policySchema = z.object({
  name: z.string(),
  types: z.optional(z.array(z.string())),
  minBytes: z.optional(z.number()),
  maxBytes: z.optional(z.number()),
  checksum: z.optional(z.object({ algorithms: z.array(z.string()) })),
  multipartFrom: z.optional(z.number()),
  download: z.optional(z.boolean()),
  delete: z.optional(z.boolean()),
});
export const policiesSchema = z.object({
  default: z.optional(z.string()),
  policies: z.array(policySchema),
});
export type SmokePolicy = z.output<typeof policySchema>;
export const signedSchema = z.object({
  method: z.string(),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
});
export const ticketSchema = z.extend(signedSchema, { id: z.string(), key: z.string() });
export const completedSchema = z.object({ receipt: z.string() });
export type Completed = z.output<typeof completedSchema>;
/** Of a file that is still in quarantine. */
export const pendingSchema = z.object({ status: z.literal("pending") });
export type SmokeTicket = z.output<typeof ticketSchema>;
export type SmokePolicies = z.output<typeof policiesSchema>;
