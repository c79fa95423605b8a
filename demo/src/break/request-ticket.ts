/** Asks the service for the ticket of an attempt, as any client does, and aborts it. */
import * as z from "zod/mini";
import { UploadError, type SinglePartTicket } from "../../../client/web/src/index.ts";
import type { PolicyInfo } from "../../../client/web/src/index.ts";
import { requestToken } from "../token.ts";

const ticketSchema = z.object({
  id: z.string(),
  status: z.literal("pending"),
  policy: z.string(),
  key: z.string(),
  method: z.string(),
  url: z.url(),
  headers: z.record(z.string(), z.string()),
  contentLength: z.number(),
  expiresIn: z.number(),
  expiresAt: z.string(),
});

const problemSchema = z.object({
  code: z.string(),
  detail: z.string(),
  limit: z.optional(z.number()),
  actual: z.optional(z.number()),
  retryAfter: z.optional(z.number()),
});

const UPLOADS = "/v1/uploads";

/** Only the development server has it: its tickets expire after three seconds. */
const SHORT_TICKETS = "/dev/short-tickets";

interface TicketOptions {
  readonly expiresSoon: boolean;
}

/** Returns a ticket for one PUT. Rejects with an `UploadError` if the service gives none. */
export async function requestTicket(
  policy: PolicyInfo,
  file: File,
  { expiresSoon }: TicketOptions,
): Promise<SinglePartTicket> {
  const response = await fetch(expiresSoon ? SHORT_TICKETS : UPLOADS, {
    method: "POST",
    headers: await headersOf(),
    body: JSON.stringify({
      policy: policy.name,
      filename: file.name,
      contentType: file.type,
      size: file.size,
      ...(policy.checksum?.required && { checksum: await checksumOf(file) }),
    }),
  });
  const answer: unknown = await response.json();
  if (response.ok) return ticketSchema.parse(answer);
  const { code, detail, retryAfter, ...fields } = problemSchema.parse(answer);
  throw new UploadError(code, detail, { ...fields, retryAfterSeconds: retryAfter });
}

/** Aborts the upload, so that it takes nothing of a quota. */
export async function giveBack({ id }: SinglePartTicket): Promise<void> {
  await fetch(`${UPLOADS}/${id}`, { method: "DELETE", headers: await headersOf() });
}

async function headersOf(): Promise<Record<string, string>> {
  const authorization = `Bearer ${await requestToken()}`;
  return { authorization, "content-type": "application/json" };
}

async function checksumOf(file: File): Promise<object> {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return { algorithm: "sha256", value: btoa(String.fromCharCode(...new Uint8Array(digest))) };
}
