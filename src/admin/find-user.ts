/** Whom an admin means: a user of an issuer, and the claims that say whose quotas the user shares. */
import { ownerOf, type Owner } from "../grant/owner.ts";
import { encodeUserSegment } from "../key/segment.ts";
import { issuersOf } from "../operation/attribute-object.ts";
import { findIssuer } from "../operation/find-issuer.ts";
import { requireUser } from "../operation/require-user.ts";
import type { Service } from "../service.ts";

/** No caller: nothing can be granted to it. */
export interface NamedUser extends Owner {
  /** The user as one segment of a key. */
  readonly segment: string;
  /** Claims of the user's tokens that the admin has named. */
  readonly claims: Readonly<Record<string, string>>;
}

interface UserQuery {
  readonly user: string;
  /** One of the names of an issuer; may be left out where there is only one. */
  readonly issuer?: string | undefined;
  readonly claims?: Readonly<Record<string, string>>;
}

/** Returns the user, whether anything is known of it or not. Throws `invalid-request`. */
export function findUser(service: Service, { user, issuer, claims = {} }: UserQuery): NamedUser {
  requireUser(user);
  const name = findIssuer(service, issuer);
  const { userPrefix } = issuersOf(service).find((one) => one.name === name) ?? {};
  return { ...ownerOf(name, user), segment: encodeUserSegment(user, userPrefix), claims };
}
