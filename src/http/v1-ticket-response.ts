/** What `/v1` gives: tickets and credentials. docs/protocol.md. */
import type * as z from "zod/mini";
import type { CreatedUpload, SinglePartUpload } from "../operation/sign-upload.ts";
import type { IssuedCredentials } from "../operation/issue-credentials.ts";
import type { Download } from "../operation/create-download.ts";
import type { StartedMultipart } from "../operation/start-multipart.ts";
import type { PartTicket } from "../operation/ticket.ts";
import { endpointOf } from "../store/store.ts";
import { formatTime } from "./format-time.ts";
import type {
  credentials,
  downloadTicket,
  multipartTicket,
  partTicket,
  singlePartTicket,
  ticket as uploadTicket,
} from "./v1-answer.ts";

type SinglePartTicket = z.output<typeof singlePartTicket>;

/** A created upload: one ticket, or those of the first parts. */
export function uploadAnswer(upload: CreatedUpload): z.output<typeof uploadTicket> {
  const { id, admitted, claims } = upload;
  const { grant, key, remaining } = admitted;
  const untilSeconds =
    upload.kind === "multipart" ? claims.exp : upload.ticket.expiresAt.getTime() / 1000;
  return {
    id,
    status: "pending",
    policy: grant.policy.name,
    key: key.text,
    ...(upload.kind === "multipart" ? multipartAnswer(upload.multipart) : ticketAnswer(upload)),
    expiresIn: untilSeconds - (admitted.repeatedAtSeconds ?? claims.iat),
    expiresAt: formatTime(untilSeconds * 1000),
    ...(remaining && { quota: remaining }),
  };
}

function ticketAnswer({
  ticket,
  admitted,
}: SinglePartUpload): Pick<
  SinglePartTicket,
  "method" | "url" | "headers" | "contentLength" | "sizeEnforced" | "checksumEnforced"
> {
  const { size, checksum, store } = admitted.grant;
  const isChecksumIgnored = checksum && store.provider.checksums[checksum.algorithm] === "ignored";
  const { method, url, headers } = ticket;
  return {
    method,
    url,
    headers,
    ...(size === undefined ? { sizeEnforced: false } : { contentLength: size }),
    ...(isChecksumIgnored && { checksumEnforced: false }),
  };
}

function multipartAnswer({
  uploadId,
  parts,
  tickets,
}: StartedMultipart): Pick<z.output<typeof multipartTicket>, "multipart"> {
  const { partSize, partCount } = parts;
  const next = tickets.length + 1;
  return {
    multipart: {
      uploadId,
      partSize,
      partCount,
      parts: tickets.map(partAnswer),
      ...(next <= partCount && { nextPartNumber: next }),
    },
  };
}

/** The ticket of one part. */
export function partAnswer(ticket: PartTicket): z.output<typeof partTicket> {
  const { partNumber, method, url, headers, bytes, expiresInSeconds, expiresAt } = ticket;
  return {
    partNumber,
    method,
    url,
    headers,
    contentLength: bytes,
    expiresIn: expiresInSeconds,
    expiresAt: formatTime(expiresAt.getTime()),
  };
}

/** A ticket to read an object. */
export function downloadAnswer({ policy, key, ticket }: Download): z.output<typeof downloadTicket> {
  const { method, url, headers, expiresInSeconds, expiresAt } = ticket;
  return {
    policy,
    key,
    method,
    url,
    headers,
    expiresIn: expiresInSeconds,
    expiresAt: formatTime(expiresAt.getTime()),
  };
}

/** Credentials, and where they are valid. */
export function credentialsAnswer({
  grant,
  credentials: issued,
  issuedAtMs,
}: IssuedCredentials): z.output<typeof credentials> {
  const { store } = grant.policy;
  const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = issued;
  return {
    accessKeyId,
    secretAccessKey,
    sessionToken,
    expiresAt: formatTime(expiresAt.getTime()),
    expiresIn: Math.floor((expiresAt.getTime() - issuedAtMs) / 1000),
    endpoint: endpointOf(store, store.origin ?? ""),
    region: store.region,
    bucket: store.bucket,
    prefix: grant.prefix,
    addressing: store.basePath.endsWith(`/${store.bucket}/`) ? "path" : "virtual-host",
  };
}
