/** A Worker that calls by a service binding, and the user for whom it calls → Caller. */
import * as z from "zod/mini";
import type { Issuer } from "../config/config.ts";
import { SESSION_ISSUER } from "../config/session-issuer.ts";
import { lazy } from "../lazy.ts";
import { Problem, invalidRequest } from "../problem.ts";
import { toCaller, type Caller } from "./authenticate.ts";
import { ACTIONS } from "./token-scope.ts";

const propsSchema = lazy(() =>
  z.strictObject({
    /** The issuer whose users the Worker acts for. */
    issuer: z.string(),
    policies: z.array(z.string()),
    actions: z.array(z.enum(ACTIONS)),
  }),
);

/** The rights of a service binding: its `props` in wrangler.toml. */
export type Props = Readonly<z.output<ReturnType<typeof propsSchema>>>;

/** Returns the rights. Throws `forbidden` for a binding that has none. */
export function parseProps(props: unknown): Props {
  const parsed = propsSchema().safeParse(props);
  if (parsed.success) return parsed.data;
  const detail = "Give the service binding props: { issuer, policies, actions }";
  throw new Problem("forbidden", detail, { cause: parsed.error });
}

interface Users {
  readonly issuers: readonly Issuer[];
  readonly hasSessions: boolean;
}

interface User {
  readonly user: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/**
 * Returns the user of the binding's issuer, with the rights that the binding has. Throws `forbidden` for an
 * issuer that is not configured: its users would share the prefixes of others. Throws `invalid-request` for
 * an invalid user.
 */
export function actFor({ user, claims }: User, props: Props, users: Users): Caller {
  const issuer = findIssuer(props.issuer, users);
  const caller = toCallerOrProblem(issuer, { user, claims });
  const { policies = props.policies, actions = props.actions } = caller.scope;
  return {
    ...caller,
    scope: {
      ...caller.scope,
      policies: policies.filter((name) => props.policies.includes(name)),
      actions: actions.filter((name) => props.actions.includes(name)),
    },
  };
}

type Names = Pick<Issuer, "issuers" | "userClaim" | "userPrefix">;

function findIssuer(name: string, { issuers, hasSessions }: Users): Names {
  if (hasSessions && name === SESSION_ISSUER)
    return { issuers: [SESSION_ISSUER], userClaim: "sub", userPrefix: undefined };
  const found = issuers.find(({ issuers: names }) => names.includes(name));
  if (found) return found;
  throw new Problem("forbidden", "Name an issuer of the configuration in the binding's props");
}

function toCallerOrProblem(issuer: Names, { user, claims }: User): Caller {
  try {
    return toCaller(issuer, { ...claims, [issuer.userClaim]: user });
  } catch {
    throw invalidRequest({ pointer: "/user", detail: "and its claims must be those of a user" });
  }
}
