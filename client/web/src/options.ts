/** The options of one upload, and what they make of its file. */
import type { Checksum, PartTicket, Ticket } from "./answers.ts";
import type { Retry } from "./retry.ts";

/** `sending` is reported again after a pause. */
export type UploadPhase = "preparing" | "sending" | "paused" | "completing";

export interface Progress {
  /** Bytes of the file. Goes back if something has to be sent again. */
  readonly sentBytes: number;
  readonly totalBytes: number;
}

export interface UploadOptions {
  /** Default: the service's default policy. */
  readonly policy?: string | undefined;
  /** Default: the file's name. */
  readonly filename?: string | undefined;
  /** Default: the file's type, or the one of its extension, or `application/octet-stream`. */
  readonly contentType?: string | undefined;
  /** Only names that the policy allows. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** `true` for multipart, `false` for a single PUT. Default: the policy decides. */
  readonly multipart?: boolean | undefined;
  /** The algorithm to compute, or a known checksum. Default: SHA-256 if the policy requires a checksum. */
  readonly checksum?: "sha256" | "md5" | Checksum | undefined;
  /** How many parts are sent at once, fewer on a slow line: from 1 to 4. Default: 4. */
  readonly concurrency?: number | undefined;
  /** Aborts the upload, as `abort()` does. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Identifies the file in the resume storage. Default: the name, size, type and time of a `File`. A
   * `Blob` has no name and time, so it cannot continue after a reload without this key.
   */
  readonly resumeKey?: string | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly onPhase?: ((phase: UploadPhase) => void) | undefined;
  /** Called with the first ticket, and with each new one after a ticket expired. */
  readonly onTicket?: ((ticket: Ticket) => void) | undefined;
  /** Called with the tickets of further parts. */
  readonly onPartTickets?: ((tickets: readonly PartTicket[]) => void) | undefined;
  /** Called with `true` when the upload waits for the network, and with `false` when it goes on. */
  readonly onOffline?: ((isOffline: boolean) => void) | undefined;
  /** Called when something failed and is tried again. */
  readonly onRetry?: ((retry: Retry) => void) | undefined;
}

/** A `File`, or a `Blob`. */
export type UploadFile = Blob & { readonly name?: string; readonly lastModified?: number };

/** What the service is told about a file. */
export interface FileDescription {
  readonly filename: string | undefined;
  /** Empty if nobody has said it. */
  readonly contentType: string;
}

/** Returns the name and type from the options, or else from the file. */
export function describeFile(file: UploadFile, options: UploadOptions): FileDescription {
  const { filename = file.name, contentType = file.type } = options;
  // Policies have types without parameters. File names from a Mac are in Unicode form NFD.
  const type = contentType.replace(/;.*/, "").trim().toLowerCase();
  return { filename: filename?.normalize(), contentType: type };
}
