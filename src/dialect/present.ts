/** Uploads as `/v1` answers them: docs/protocol.md. */
import type { UploadRecord } from "../ledger/record.ts";
import type { Completed } from "../operation/complete.ts";
import type { GrantedUpload } from "../operation/upload.ts";

type Answer = Readonly<Record<string, unknown>>;

/** A ticket, and what is promised of it. */
export function presentTicket({ admitted, ticket }: GrantedUpload, id: string): Answer {
  const { grant, key, standing } = admitted;
  const { checksum, store, size, policy } = grant;
  const isChecksumIgnored = checksum && store.provider.checksums[checksum.algorithm] === "ignored";
  return {
    id,
    status: "pending",
    policy: policy.name,
    key: key.text,
    method: ticket.method,
    url: ticket.url,
    headers: ticket.headers,
    ...(size === undefined ? { sizeEnforced: false } : { contentLength: size }),
    ...(isChecksumIgnored && { checksumEnforced: false }),
    expiresIn: ticket.expiresInSeconds,
    expiresAt: timeOf(ticket.expiresAt.getTime()),
    ...(standing && { quota: standing }),
  };
}

/** An upload that was verified, with its receipt. */
export function presentCompleted(
  { claims, verified, completedAtMs }: Completed,
  id: string,
  receipt: string,
): Answer {
  const { policy, key } = claims;
  return {
    id,
    status: "completed",
    policy,
    key,
    ...verified,
    completedAt: timeOf(completedAtMs),
    receipt,
  };
}

/** A record of the ledger, whatever became of it. */
export function presentRecord(
  { claims, status, finishedAtMs, verified, reasons }: UploadRecord,
  id: string,
): Answer {
  const { policy, key, type, size, iat, exp } = claims;
  return {
    id,
    status,
    policy,
    key,
    contentType: type,
    ...(size !== undefined && { size }),
    createdAt: timeOf(iat * 1000),
    expiresAt: timeOf(exp * 1000),
    ...(finishedAtMs !== undefined && { finishedAt: timeOf(finishedAtMs) }),
    ...verified,
    ...(reasons && { reasons }),
  };
}

/** RFC 3339, in whole seconds. */
function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}/, "");
}
