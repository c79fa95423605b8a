/** What an app says of one upload. */
import type { Checksum, PartTicket, Ticket } from "./answers.ts";
import type { Retry } from "./retry.ts";

/** `sending` comes again after a pause. */
export type UploadPhase = "preparing" | "sending" | "paused" | "completing";

export interface Progress {
  /** Of the file. Less than before where something has to be sent again. */
  readonly sentBytes: number;
  readonly totalBytes: number;
}

export interface UploadOptions {
  /** The service's default one where it is left out. */
  readonly policy?: string | undefined;
  /** The file's own where it is left out. */
  readonly filename?: string | undefined;
  /** The file's own where it is left out; `application/octet-stream` where it has none. */
  readonly contentType?: string | undefined;
  /** Names that the policy has. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** Left out, the policy decides. */
  readonly multipart?: boolean | undefined;
  /**
   * Which one to compute, or one that is known. Left out, it is SHA-256 where the policy demands one.
   */
  readonly checksum?: "sha256" | "md5" | Checksum | undefined;
  /** How many parts travel at once: 4. */
  readonly concurrency?: number | undefined;
  /** Aborts, as `abort()` does. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Names the file among the uploads that can go on after a reload. Left out, it is made of what a
   * `File` tells: name, size, type and time. A `Blob` has no time, so that it needs one.
   */
  readonly resumeKey?: string | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly onPhase?: ((phase: UploadPhase) => void) | undefined;
  /** What was signed: the first ticket, and a fresh one after it expired. */
  readonly onTicket?: ((ticket: Ticket) => void) | undefined;
  /** Tickets of further parts. */
  readonly onPartTickets?: ((tickets: readonly PartTicket[]) => void) | undefined;
  /** Something failed, and is tried again. */
  readonly onRetry?: ((retry: Retry) => void) | undefined;
}

/** A `File`, or a `Blob`, which may be given a name. */
export type UploadFile = Blob & { readonly name?: string; readonly lastModified?: number };

/** What is told of a file: its own where the app says nothing. */
export interface Description {
  readonly filename: string | undefined;
  readonly contentType: string;
}

export function describe(file: UploadFile, options: UploadOptions): Description {
  const { filename = file.name, contentType = file.type } = options;
  // A Blob's type may have parameters, a policy's has none; names from a Mac are in NFD.
  const type = contentType.replace(/;.*/, "").trim().toLowerCase();
  return { filename: filename?.normalize(), contentType: type || "application/octet-stream" };
}
