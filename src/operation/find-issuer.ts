/** Finds the issuer of users whom an admin means. */
import { invalidRequest } from "../problem.ts";
import type { Service } from "../service.ts";
import { issuersOf } from "./attribute-object.ts";

/**
 * Returns the name that the issuer's users have in ids and ledgers. It may be left out where there is only one.
 * Throws `invalid-request`.
 */
export function findIssuer(
  service: Pick<Service, "config" | "hooks">,
  given: string | undefined,
): string {
  const names = issuersOf(service).map(({ name }) => name);
  const [first = "", ...others] = names;
  if (given === undefined && others.length === 0) return first;
  const found = service.config.issuers.find(({ issuers }) => issuers.includes(given ?? ""));
  const name = found?.issuers[0] ?? names.find((one) => one === given);
  if (name !== undefined) return name;
  const start = given === undefined ? "is required, and must" : "must";
  const detail = `${start} be one of ${names.join(", ")}`;
  throw invalidRequest({ pointer: "/issuer", detail });
}
