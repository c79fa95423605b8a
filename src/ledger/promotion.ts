/** What a promotion asks of the ledger, and what comes of it: docs/quarantine.md. */
import type { Outcome, UploadRecord } from "./record.ts";

/** Who works on an upload, and for how long nobody else does. */
export interface Hold {
  /** Of this promotion alone. */
  readonly holder: string;
  readonly forMs: number;
}

/** The end of a hold. */
export interface LetGo {
  readonly holder: string;
  /** Nothing is to be done before the upload was due anyway. */
  readonly isOver: boolean;
}

export interface Held {
  readonly record: UploadRecord;
  /** `false` where another promotion works on it, or the upload has ended. */
  readonly isHeld: boolean;
}

/** The record of the upload that is promoted, as this promotion reaches it. */
export interface PromotionGate {
  /** Keeps other promotions away for so long. Returns `undefined` without a record. */
  readonly hold: (forMs: number) => Promise<Held | undefined>;
  /** Lets another promotion begin; `isOver` where there was nothing to promote. */
  readonly letGo: (isOver: boolean) => Promise<void>;
}

/**
 * `checked`: to be settled, and if it is `completed`, the object is under its final key. `nothing`: no file has
 * arrived. `later`: another promotion works on it, or the scanner gave no verdict. `ended`: it was settled
 * meanwhile, and nothing of this promotion stays.
 */
export type Promotion =
  | { readonly kind: "checked"; readonly outcome: Outcome }
  | { readonly kind: "nothing" }
  | { readonly kind: "later"; readonly reason: string; readonly isHeldElsewhere: boolean }
  | { readonly kind: "ended"; readonly record: UploadRecord | undefined };
