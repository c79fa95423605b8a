/** The bodies and queries of `/v1/admin`. Unknown fields are refused. */
import * as z from "zod/mini";
import { findUser, type NamedUser } from "../admin/find-user.ts";
import type { QuotaChange } from "../admin/user-quota.ts";
import { lazy } from "../lazy.ts";
import { STATUSES } from "../ledger/record.ts";
import { invalidRequest } from "../problem.ts";
import type { Service } from "../service.ts";
import { parseAs } from "./parse.ts";

const amount = lazy(() => z.int().check(z.nonnegative()));

const amounts = lazy(() =>
  z.strictObject({
    uploads: z.optional(amount()),
    bytes: z.optional(amount()),
    objects: z.optional(amount()),
    stored: z.optional(amount()),
  }),
);

export const quotaRequest = lazy(() =>
  z.strictObject({
    policy: z.string(),
    /** What is used from now on. */
    used: z.optional(amounts()),
    /** Empties the windows. */
    reset: z.optional(z.literal(true)),
    /** What was read before. */
    expected: z.optional(amounts()),
  }),
);

export const userListQuery = lazy(() =>
  z.object({ status: z.optional(z.enum(STATUSES)), cursor: z.optional(z.string()) }),
);

export const objectQuery = lazy(() =>
  z.strictObject({
    key: z.optional(z.string().check(z.minLength(1), z.maxLength(1024))),
    id: z.optional(z.string().check(z.minLength(1), z.maxLength(8192))),
  }),
);

const CLAIM = "claim.";
const USER_QUERY = new Set(["issuer", "status", "cursor"]);

/** Returns the user of a route: `issuer` and `claim.NAME` are in the query. Throws `invalid-request`. */
export function parseUser(
  service: Service,
  user: string,
  query: Readonly<Record<string, string>>,
): NamedUser {
  const unknown = Object.keys(query).find(
    (name) => !USER_QUERY.has(name) && !name.startsWith(CLAIM),
  );
  if (unknown !== undefined)
    throw invalidRequest({
      pointer: `/${unknown.slice(0, 64)}`,
      detail: "is not known: use issuer, or claim. and the name of a claim",
    });
  const claims = Object.entries(query).flatMap(([name, value]) =>
    name.startsWith(CLAIM) ? [[name.slice(CLAIM.length), value] as const] : [],
  );
  return findUser(service, { user, issuer: query["issuer"], claims: Object.fromEntries(claims) });
}

/** Parses a change of a quota. Throws `invalid-request` for one that changes nothing. */
export function parseQuotaChange(value: unknown): QuotaChange {
  const { policy, used, reset: isReset, expected } = parseAs(quotaRequest(), value);
  if (isReset && used === undefined) return { policy, used: "reset", expected };
  if (!isReset && used !== undefined && Object.keys(used).length > 0)
    return { policy, used, expected };
  throw invalidRequest({
    pointer: "/used",
    detail: 'must have an amount, or send "reset": true alone',
  });
}
