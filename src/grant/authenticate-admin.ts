/** Request → Admin: a token of an admin issuer. It gives no other right. */
import { Problem } from "../problem.ts";
import { authenticate, unauthenticated, type Verifiers } from "./authenticate.ts";
import type { Owner } from "./owner.ts";

declare const administers: unique symbol;

/** An authenticated admin, who is no `Caller`: it has no objects. Only `authenticateAdmin` makes one. */
export interface Admin extends Owner {
  readonly [administers]: true;
}

interface BothVerifiers {
  readonly verifiers: Verifiers;
  readonly adminVerifiers: Verifiers;
}

/**
 * Returns the admin. The token is read from `Authorization` alone. Throws `not-admin` for the valid token of a
 * user, and `unauthenticated` for everything else.
 */
export async function authenticateAdmin(
  headers: Headers,
  { verifiers, adminVerifiers }: BothVerifiers,
  nowMs: number,
): Promise<Admin> {
  const token = headers.get("authorization");
  const own = new Headers(token === null ? {} : { authorization: token });
  try {
    const { issuer, user, digest, scope } = await authenticate(own, adminVerifiers, nowMs);
    // A token that is restricted to uploads, say, allows nothing of what admins do.
    if (Object.keys(scope).length > 0)
      throw unauthenticated(new Error("An admin token has no restrictions"));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the maker of the brand
    return { issuer, user, digest } as Admin;
  } catch (refusal) {
    if (await isUser(own, verifiers, nowMs))
      throw new Problem("not-admin", "Send the token of an admin issuer: this one is a user's");
    throw refusal;
  }
}

async function isUser(headers: Headers, verifiers: Verifiers, nowMs: number): Promise<boolean> {
  try {
    await authenticate(headers, verifiers, nowMs);
    return true;
  } catch {
    return false;
  }
}
