/** Whose an upload is. Ids and ledgers are named by a digest, so that neither shows a user. */
import { sha256Hex } from "../hash.ts";

export interface Owner {
  /** The name of the issuer, and the user's id there. */
  readonly issuer: string;
  readonly user: string;
  /** The SHA-256 of both, as a JSON array, in hexadecimal digits. */
  readonly digest: string;
}

/** Returns a user of an issuer with their digest. */
export function ownerOf(issuer: string, user: string): Owner {
  return { issuer, user, digest: sha256Hex(JSON.stringify([issuer, user])) };
}
