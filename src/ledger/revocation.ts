/** What was revoked, and the ledger that keeps it for all isolates. */

/** The name of that ledger. Those of users and teams are digests. */
export const REVOCATIONS = "revocations";

/** The most users with a revocation of their own. */
export const MAX_REVOKED_USERS = 10_000;

export interface Revocation {
  /** A user's digest, an issuer or everybody: `grant/revoked.ts`. */
  readonly subject: string;
  /** `undefined` for everybody. */
  readonly issuer: string | undefined;
  /** What was issued until then is refused, in milliseconds since 1970. */
  readonly untilMs: number;
}

export interface RevocationList {
  /** Differs from that of every other list. */
  readonly version: string;
  /** Absent where the list has the version that the caller knows. */
  readonly revocations?: readonly Pick<Revocation, "subject" | "untilMs">[];
}

export type RevokeResult =
  | { readonly isFull: true }
  | { readonly isFull: false; readonly untilMs: number; readonly list: RevocationList };

/** The methods of the ledger that keeps them. */
export interface RevocationLedger {
  readonly readRevocations: (knownVersion: string | undefined) => Promise<RevocationList>;
  readonly revoke: (revocation: Revocation) => Promise<RevokeResult>;
}
