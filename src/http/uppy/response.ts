/** Answers in the shapes that Uppy reads: docs/protocol.md. Nothing is called `expires`, which would end a transfer. */
import { sizeOfPart } from "../../grant/parts.ts";
import type { CompletedUpload, UnfinishedUpload } from "../../operation/complete.ts";
import type { FormUpload, SinglePartUpload } from "../../operation/sign-upload.ts";
import type { Progress } from "../../operation/multipart.ts";
import type { PartTicket } from "../../operation/ticket.ts";
import type { StoredPart } from "../../store/multipart.ts";
import { escapeXml } from "../../store/xml.ts";
import { isUnfinished } from "../v1-upload-response.ts";

type Answer = Readonly<Record<string, unknown>>;

/** One PUT. Versions 4 and 5 read the key and the bucket for their result from `fields`. */
export function singlePartAnswer({ id, admitted, ticket }: SinglePartUpload): Answer {
  const { key, grant } = admitted;
  const { method, url, headers } = ticket;
  return { method, url, headers, fields: { key: key.text, bucket: grant.store.bucket }, id };
}

/** A POST form, and every field of it. Without `headers`, which would replace the form's own Content-Type. */
export function formAnswer({ id, form }: FormUpload): Answer {
  const { method, url, fields } = form;
  return { method, url, fields, id };
}

export function partAnswer({ method, url, headers }: PartTicket): Answer {
  return { method, url, headers };
}

/** Returns the stored parts with their granted lengths; none where the store cannot list, so that Uppy sends all again. */
export function arrivedParts({ stored = [], parts }: Progress): readonly StoredPart[] {
  return stored.filter(
    ({ partNumber, size }) =>
      partNumber <= parts.partCount && size === sizeOfPart(parts, partNumber),
  );
}

export function partListAnswer(progress: Progress): readonly Answer[] {
  return arrivedParts(progress).map(({ partNumber, etag, size }) => ({
    PartNumber: partNumber,
    ETag: `"${etag}"`,
    Size: size,
  }));
}

/** What versions 4 and 5 give to the page as the body of the result: without a receipt while the file is checked. */
export function completedAnswer(completed: CompletedUpload | UnfinishedUpload): Answer {
  const { url, claims, bucket } = completed;
  return {
    location: url,
    key: claims.key,
    bucket,
    ...(!isUnfinished(completed) && { receipt: completed.receipt }),
  };
}

/** Returns an XML element: its fields, then `content`, which is XML already. */
export function toXml(
  name: string,
  fields: Readonly<Record<string, string | number>>,
  content = "",
): string {
  const elements = Object.entries(fields).map(
    ([field, value]) => `<${field}>${escapeXml(String(value))}</${field}>`,
  );
  return `<${name}>${elements.join("")}${content}</${name}>`;
}
