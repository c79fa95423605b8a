/** What admins ask a ledger, and what it answers. */
import type { LimitedPolicy, LimitName, RemainingQuota } from "./limits.ts";

/** Each call is one round trip. */
export interface AdminLedger {
  /** It writes nothing. */
  readonly readUsage: (policies: readonly LimitedPolicy[]) => Promise<readonly PolicyUsage[]>;
  readonly correct: (correction: Correction) => Promise<Corrected>;
  /** Returns the webhook messages of a user that wait, at most 100. It writes nothing. */
  readonly readOutbox: (user: UserName) => Promise<readonly WaitingMessage[]>;
  /** Sends a message again at once; returns `false` where it does not wait, or is another user's. */
  readonly sendAgain: (message: UserName & { readonly id: string }) => Promise<boolean>;
  /** Deletes a user's records, messages and counters, but for uploads that may still arrive. */
  readonly erase: (user: ErasedUser) => Promise<Remainder>;
}

/** The name of the ledger that knows which others are stuck. No user's has it: these are named by digests. */
export const DIRECTORY = "directory";

/** The one ledger that knows which others are stuck. */
export interface Directory {
  readonly addStuck: (stuck: StuckLedger) => Promise<boolean>;
  readonly removeStuck: (ledger: string) => Promise<void>;
  /** It writes nothing. */
  readonly readStuck: () => Promise<readonly StuckLedger[]>;
}

/** What has failed again and again, with the user whom it concerns. */
export interface StuckWork extends UserName {
  /** The delivery of a webhook, or asking the store about an upload. */
  readonly kind: "webhook" | "upload";
  readonly policy: string;
  /** How often it has failed. */
  readonly attempts: number;
  readonly sinceMs: number;
  /** How many of this kind are stuck in the ledger. */
  readonly count: number;
}

export interface StuckLedger {
  /** The id of the Durable Object. */
  readonly ledger: string;
  readonly work: StuckWork;
}

/** A user, as claims and messages have it. */
export interface UserName {
  readonly issuer: string;
  readonly user: string;
}

/** Of a window what counts now. `objects` and `stored` are without uploads in progress. */
export type UsedAmounts = Readonly<Partial<Record<LimitName, number>>> & {
  readonly pending: number;
  /** Bytes of uploads in progress. */
  readonly reserved: number;
};

export interface PolicyUsage {
  readonly policy: string;
  readonly used: UsedAmounts;
  readonly remaining: RemainingQuota;
}

/** What can be corrected: the rest follows from the records of uploads. */
export const CORRECTABLE = ["uploads", "bytes", "objects", "stored"] as const;
export type CorrectedAmounts = Readonly<
  Partial<Record<(typeof CORRECTABLE)[number], number | undefined>>
>;

export interface Correction extends LimitedPolicy {
  /** The new amounts. */
  readonly used: CorrectedAmounts;
  /** What the admin has read before: with another amount nothing is changed. */
  readonly expected: CorrectedAmounts;
}

export interface Corrected {
  readonly isChanged: boolean;
  readonly before: PolicyUsage;
  readonly after: PolicyUsage;
}

/** A webhook message that was not accepted yet. */
export interface WaitingMessage {
  readonly id: string;
  readonly createdAtMs: number;
  readonly nextAtMs: number;
  /** How often it was sent. */
  readonly attempts: number;
}

export interface ErasedUser extends UserName {
  /** The user's digest, in a ledger of several callers: of these only what is the user's own. */
  readonly owner?: string;
}

/** What had to stay: uploads whose tickets may still store an object. */
export interface Remainder {
  readonly uploads: number;
  /** When the last of them can be erased; absent without any. */
  readonly untilMs?: number;
}
