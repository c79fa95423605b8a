/** The answers of the service. Only the fields that the client relies on are checked. */
import { hasFields } from "./has-fields.ts";

type Headers = Readonly<Record<string, string>>;

/** A presigned PUT. Send exactly these `headers`. */
export interface SignedPut {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  /** In seconds from the answer. The PUT has to start before that. */
  readonly expiresIn: number;
  /** RFC 3339. */
  readonly expiresAt: string;
  /** In bytes. */
  readonly contentLength?: number;
}

export interface PartTicket extends SignedPut {
  readonly partNumber: number;
}

interface Limit {
  readonly limit: number;
  readonly remaining: number;
  /** In seconds. */
  readonly resetsIn?: number;
}

interface TicketBase {
  readonly id: string;
  readonly status: "pending";
  readonly policy: string;
  readonly key: string;
  readonly expiresIn: number;
  readonly expiresAt: string;
  /** The remaining quota after this ticket, if the policy has a quota. */
  readonly quota?: {
    readonly uploads?: Limit;
    readonly bytes?: Limit;
    readonly pending?: Limit;
    /** How many objects may be stored, and how many bytes: only a deletion makes room. */
    readonly objects?: Limit;
    readonly stored?: Limit;
  };
}

/** A ticket for one PUT of the file. */
export interface SinglePartTicket extends TicketBase, SignedPut {
  readonly multipart?: undefined;
}

/** A ticket for a multipart upload. Its `expiresIn` is how long parts can be sent. */
export interface MultipartTicket extends TicketBase {
  readonly url?: undefined;
  readonly multipart: {
    readonly uploadId: string;
    /** In bytes, of every part but the last one. */
    readonly partSize: number;
    readonly partCount: number;
    readonly parts: readonly PartTicket[];
    readonly nextPartNumber?: number;
  };
}

export type Ticket = SinglePartTicket | MultipartTicket;

export interface Checksum {
  readonly algorithm: string;
  /** In base64, with padding. */
  readonly value: string;
}

/** An upload that the service has verified in the store. */
export interface Completed {
  readonly id: string;
  readonly status: "completed";
  readonly policy: string;
  readonly key: string;
  /** In bytes. */
  readonly size: number;
  readonly contentType: string;
  readonly etag: string;
  readonly checksum?: Checksum;
  readonly metadata: Readonly<Record<string, string>>;
  /** Where anybody reads the object, if its store is public. Absent for types that a browser runs. */
  readonly publicUrl?: string;
  /** RFC 3339. */
  readonly completedAt: string;
  /** A signed proof (compact JWS, ES256). Send it to your backend. */
  readonly receipt: string;
  readonly partsListed?: boolean;
}

/** An upload whose file the service is still checking. */
export interface Unfinished {
  readonly status: "pending";
  readonly key: string;
  /** In seconds. */
  readonly retryAfter: number;
}

export interface PartsState {
  readonly partsListed: boolean;
  readonly done: readonly { readonly partNumber: number; readonly etag: string }[];
  readonly missing: readonly { readonly partNumber: number }[];
}

export interface DownloadTicket {
  readonly policy: string;
  readonly key: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly expiresIn: number;
  readonly expiresAt: string;
}

export type UploadStatus = "pending" | "completed" | "rejected" | "expired" | "aborted";

/** A record of an upload in the ledger. */
export interface UploadRecord {
  readonly id: string;
  readonly status: UploadStatus;
  readonly policy: string;
  readonly key: string;
  readonly contentType: string;
  readonly size?: number;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly finishedAt?: string;
  /** Until when an aborted or rejected upload still takes its bytes and its place in the quota. */
  readonly reservedUntil?: string;
  readonly etag?: string;
  readonly checksum?: Checksum;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly publicUrl?: string;
  readonly reasons?: readonly string[];
}

export interface UploadList {
  readonly uploads: readonly UploadRecord[];
  /** For the next page, if there is one. */
  readonly cursor?: string;
}

const isSigned = (value: unknown): value is SignedPut =>
  hasFields(value, "method", "headers", "expiresIn") &&
  "url" in value &&
  URL.canParse(String(value.url));

export function isTicket(value: unknown): value is Ticket {
  if (!hasFields(value, "id", "key", "expiresIn")) return false;
  return "multipart" in value ? isPartTickets(value.multipart) : isSigned(value);
}

export function isPartTickets(value: unknown): value is { readonly parts: readonly PartTicket[] } {
  return (
    hasFields(value) &&
    "parts" in value &&
    Array.isArray(value.parts) &&
    value.parts.every(isSigned)
  );
}

export function isPartsState(value: unknown): value is PartsState {
  return hasFields(value, "partsListed", "done");
}

export function isCompletion(value: unknown): value is Completed | Unfinished {
  return hasFields(value, "key", "status") && ("receipt" in value || "retryAfter" in value);
}

export function isDownloadTicket(value: unknown): value is DownloadTicket {
  return isSigned(value);
}

export function isUploadList(value: unknown): value is UploadList {
  return hasFields(value, "uploads");
}

export function isNothing(value: unknown): value is undefined {
  return value === undefined;
}
