/** Refuses what no token can have as its user. */
import { userError } from "../grant/owner.ts";
import { invalidRequest } from "../problem.ts";

/** Throws `invalid-request`. */
export function requireUser(user: string): void {
  if (userError(user) === undefined) return;
  const detail = "must be the id of a user, as tokens have it";
  throw invalidRequest({ pointer: "/user", detail });
}
