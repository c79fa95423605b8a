/** What temporary credentials are for: the keys under one prefix of a bucket. */

/**
 * `read`: get and list objects. `write`: put, overwrite and delete them, in parts too. To delete is no right
 * of its own: who may overwrite an object can empty it.
 */
export const CREDENTIAL_ACTIONS = ["read", "write"] as const;
export type CredentialAction = (typeof CREDENTIAL_ACTIONS)[number];

export interface ScopedAccess {
  /** Ends with a slash. */
  readonly prefix: string;
  readonly actions: readonly CredentialAction[];
  readonly expiresInSeconds: number;
  readonly now: Date;
}

/** Credentials of S3, which have to be sent together. */
export interface TemporaryCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresAt: Date;
}

const LITERAL = /^(?:(?!\.{1,2}\/)[A-Za-z0-9_.-]+\/)+$/;

/**
 * Throws for a prefix that a policy could read as a pattern (`*`, `?`, `${…}`), that names no folder, or that
 * does not end with a slash: `sync/u1` would reach `sync/u10`.
 */
export function assertPrefix(prefix: string): void {
  if (LITERAL.test(prefix)) return;
  throw new TypeError("Cannot give credentials: the prefix is not made of plain folders");
}
