/** Whose an upload is. Ids and ledgers are named by a digest, so that neither shows a user. */
import { sha256Hex } from "../hash.ts";

export interface Owner {
  /** The name of the issuer, and the user's id there. */
  readonly issuer: string;
  readonly user: string;
  /** The SHA-256 of both, as a JSON array, in hexadecimal digits. */
  readonly digest: string;
}

const MAX_USER_BYTES = 255;

/** Returns why no token can have this text as its user; `undefined` where one can. */
export function userError(user: string): string | undefined {
  if (user === "") return "The user's id is empty";
  // All texts with a lone surrogate at one place have the same UTF-8 form.
  if (!user.isWellFormed()) return "The user's id is not well-formed Unicode";
  return new TextEncoder().encode(user).length > MAX_USER_BYTES
    ? "The user's id is too long"
    : undefined;
}

/** Returns a user of an issuer with their digest. */
export function ownerOf(issuer: string, user: string): Owner {
  return { issuer, user, digest: sha256Hex(JSON.stringify([issuer, user])) };
}
