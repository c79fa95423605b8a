/** An upload that exists at the service, and how much of it is stored. */
import type { PartTicket, SinglePartTicket } from "./answers.ts";
import type { TimedTicket } from "./timed-ticket.ts";

/** One file, sent with one PUT. */
export interface SinglePartUpload {
  readonly kind: "single-part";
  id: string;
  timed: TimedTicket<SinglePartTicket>;
  etag: string | undefined;
  /** `unknown`: the file was sent, but no answer came. */
  sent: "no" | "unknown" | "yes";
}

export interface MultipartUpload {
  readonly kind: "multipart";
  readonly id: string;
  readonly partSize: number;
  readonly partCount: number;
  /** ETags of the stored parts. An ETag that the page is not allowed to read is an empty string. */
  readonly etags: Map<number, string>;
  readonly tickets: Map<number, TimedTicket<PartTicket>>;
  /** Returns the checksum of a part in base64. `undefined` if parts are sent without checksums. */
  readonly digestOf: ((partNumber: number, signal: AbortSignal) => Promise<string>) | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** Whether it was created before the page was loaded: only the store knows which parts it has. */
  readonly isResumed: boolean;
}

export type ActiveUpload = SinglePartUpload | MultipartUpload;

/** Returns the bytes of one part. */
export function slicePart(file: Blob, partSize: number, partNumber: number): Blob {
  return file.slice((partNumber - 1) * partSize, partNumber * partSize);
}
