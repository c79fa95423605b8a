/** Whose an upload is, as a digest: ids and ledgers are named by it, so that neither shows a user. */
import { sha256Hex } from "../hash.ts";

export interface Owner {
  readonly issuer: string;
  readonly user: string;
}

/** Returns the SHA-256 of issuer and user, as a JSON array, in hexadecimal digits. */
export function ownerDigest({ issuer, user }: Owner): string {
  return sha256Hex(JSON.stringify([issuer, user]));
}
