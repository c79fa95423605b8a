/** One upload on its way: what its steps share. */
import type { PartTicket, SignedPut, WholeTicket } from "./answers.ts";
import { hasCode } from "./error.ts";
import type { UploadFile, UploadOptions } from "./options.ts";
import type { Put } from "./put.ts";
import type { Memory } from "./resume-entry.ts";
import type { Ask } from "./service.ts";
import type { World } from "./dependencies.ts";

export interface Job {
  readonly file: UploadFile;
  readonly options: UploadOptions;
  readonly ask: Ask;
  readonly put: Put;
  readonly world: World;
  readonly memory: Memory;
  /** How many bytes of a part are on their way; the whole file is part 1. */
  readonly onSent: (partNumber: number, bytes: number) => void;
}

/** A ticket, and until when its PUT may begin, by this machine's own clock. */
export interface Held<T extends SignedPut> {
  readonly ticket: T;
  readonly isValid: () => boolean;
}

/** Of one file, in one PUT. */
export interface WholeUpload {
  readonly kind: "whole";
  id: string;
  held: Held<WholeTicket>;
  etag: string | undefined;
  /** `unknown`: it was sent, and no answer came. */
  sent: "no" | "unknown" | "yes";
}

export interface PartsUpload {
  readonly kind: "parts";
  readonly id: string;
  readonly partSize: number;
  readonly partCount: number;
  /** Of the parts that arrived; empty where the store does not let it be read. */
  readonly etags: Map<number, string>;
  readonly tickets: Map<number, Held<PartTicket>>;
  /** Where each part has a checksum of its own: in base64. */
  readonly digestOf: ((partNumber: number, signal: AbortSignal) => Promise<string>) | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** It was begun before the page was loaded: what the store has is not known before it is asked. */
  readonly isResumed: boolean;
}

export type Begun = WholeUpload | PartsUpload;

/** So that a ticket is not used in its last moments. */
const MARGIN_MS = 5000;

/** `expiresIn` counts from its answer on, so that a clock that is wrong does no harm. */
export function hold<T extends SignedPut>(ticket: T, { now }: World): Held<T> {
  const lifeMs = ticket.expiresIn * 1000;
  const validUntil = now() + lifeMs - Math.min(MARGIN_MS, lifeMs / 10);
  return { ticket, isValid: () => now() < validUntil };
}

export function sliceOf(file: Blob, partSize: number, partNumber: number): Blob {
  return file.slice((partNumber - 1) * partSize, partNumber * partSize);
}

/** The store's way to say that the ticket is too old, or not for this: another one may help. */
export function isTicketRefused(error: unknown): boolean {
  if (!hasCode(error, "store-refused")) return false;
  return error.status === 403 || error.storeCode?.startsWith("Expired") === true;
}
