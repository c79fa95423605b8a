/** What a ticket signed, read from its own URL: X-Amz-SignedHeaders names every header. */
import type { SignedPut, Ticket } from "../../client/web/src/index.ts";

/** A line of the signed request: `content-type: image/png`. */
interface SignedField {
  readonly name: string;
  readonly value: string;
}

export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly fields: readonly SignedField[];
  readonly expiresAt: Date;
}

/** Returns the PUT of a ticket: for a multipart upload that of its first part. */
export function putOf(ticket: Ticket): SignedPut | undefined {
  return ticket.multipart ? ticket.multipart.parts[0] : ticket;
}

/** Returns what was signed. A header that the ticket does not list is signed without a value. */
export function readSigned(put: SignedPut): SignedRequest {
  const url = new URL(put.url);
  const names = (url.searchParams.get("X-Amz-SignedHeaders") ?? "").split(";");
  const values: Readonly<Record<string, string>> = {
    ...put.headers,
    host: url.host,
    ...(put.contentLength !== undefined && { "content-length": String(put.contentLength) }),
  };
  return {
    method: put.method,
    path: decodeURI(url.pathname),
    fields: names.map((name) => ({ name, value: values[name] ?? "" })),
    expiresAt: new Date(put.expiresAt),
  };
}
