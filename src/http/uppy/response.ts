/** Uploads as Uppy reads them: docs/protocol.md. Nothing is called `expires`, which would cut a transfer off. */
import { sizeOfPart } from "../../grant/parts.ts";
import { bucketOf } from "../../operation/cleanup.ts";
import { addressOf, locate } from "../../operation/locate.ts";
import type { Completed } from "../../operation/complete.ts";
import type { Progress } from "../../operation/multipart.ts";
import type { GrantedUpload } from "../../operation/create.ts";
import type { Service } from "../../service.ts";
import type { StoredPart } from "../../store/multipart.ts";
import type { PartTicket, Ticket } from "../../operation/ticket.ts";
import { escapeXml } from "../../store/xml.ts";

type Answer = Readonly<Record<string, unknown>>;

/** One PUT; `fields` is where versions 4 and 5 read the key and the bucket for their result. */
export function presentSingle(granted: GrantedUpload, id: string): Answer {
  const { key, grant } = granted.admitted;
  const { method, url, headers } = ticketOf(granted);
  return { method, url, headers, fields: { key: key.text, bucket: grant.store.bucket }, id };
}

/** The ticket of an upload that is one PUT. */
export function ticketOf({ issued }: GrantedUpload): Ticket {
  if ("tickets" in issued) throw new TypeError("Cannot answer Uppy: the upload is in parts");
  return issued;
}

export function presentPart({ method, url, headers }: PartTicket): Answer {
  return { method, url, headers };
}

/** The parts that are there as granted; none where the store cannot list, so that all are sent again. */
export function arrived({ stored = [], size, parts }: Progress): readonly StoredPart[] {
  return stored.filter(
    (part) =>
      part.size === sizeOfPart(size, parts, part.partNumber) && part.partNumber <= parts.partCount,
  );
}

/** An element of XML with its fields, and what else stands in it. */
export function toXml(
  name: string,
  fields: Readonly<Record<string, string | number>>,
  inner = "",
): string {
  const written = Object.entries(fields).map(
    ([field, value]) => `<${field}>${escapeXml(String(value))}</${field}>`,
  );
  return `<${name}>${written.join("")}${inner}</${name}>`;
}

export function presentList(progress: Progress): readonly Answer[] {
  return arrived(progress).map(({ partNumber, etag, size }) => ({
    PartNumber: partNumber,
    ETag: `"${etag}"`,
    Size: size,
  }));
}

/** What versions 4 and 5 hand to the page as the result's body. */
export async function presentCompleted(
  service: Service,
  { claims, verified }: Completed,
): Promise<{
  readonly location: string;
  readonly key: string;
  readonly bucket: string;
  readonly receipt: string;
}> {
  const bucket = bucketOf(service, claims);
  return {
    location: addressOf(locate(service, claims)),
    key: claims.key,
    bucket,
    receipt: await service.receipts.sign(claims, { bucket, ...verified }, service.now()),
  };
}
