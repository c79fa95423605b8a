/** The restrictions of a token: a token can allow less than the policies do, never more. */
import * as z from "zod/mini";
import { lazy } from "../lazy.ts";
import { Problem } from "../problem.ts";

/** What a caller can do. Each route names its own (docs/configuration.md, "Restrict a token"). */
export const ACTIONS = ["upload", "download", "delete", "list", "credentials"] as const;
export type Action = (typeof ACTIONS)[number];

/** Malformed claims are refused: they must not count as no restriction. */
const scopeSchema = lazy(() =>
  z.object({
    policies: z.optional(z.array(z.string())),
    maxBytes: z.optional(z.int().check(z.nonnegative())),
    /** A whole key, or a prefix that ends with a slash. */
    key: z.optional(z.string().check(z.minLength(1), z.maxLength(1024))),
    actions: z.optional(z.array(z.enum(ACTIONS))),
  }),
);
export type TokenScope = Readonly<z.output<ReturnType<typeof scopeSchema>>>;

/** The restrictions of a token, and those that the hook `authorize` adds for one request. */
export interface CallerScope extends TokenScope {
  readonly types?: readonly string[] | undefined;
  /** In seconds. */
  readonly expiresIn?: number | undefined;
}

const RESTRICTIONS = Object.keys({
  policies: true,
  maxBytes: true,
  key: true,
  actions: true,
} satisfies Record<keyof TokenScope, true>);

/** An upload, or an object whose size is unknown. */
interface Resource {
  readonly policy: string;
  readonly key: string;
  readonly size?: number | undefined;
}

/** Returns the restrictions in a token's claims. Throws for malformed ones. */
export function parseScope(claims: Readonly<Record<string, unknown>>): TokenScope {
  const isRestricted = RESTRICTIONS.some((name) => claims[name] !== undefined);
  return isRestricted ? scopeSchema().parse(claims) : {};
}

/** Returns whether the token allows the action. */
export function isAllowed({ scope }: { readonly scope: TokenScope }, action: Action): boolean {
  return !scope.actions || scope.actions.includes(action);
}

/** Throws `forbidden` for a token that is restricted to other actions. */
export function requireAction(caller: { readonly scope: TokenScope }, action: Action): void {
  if (isAllowed(caller, action)) return;
  const allowed = caller.scope.actions?.join(", ") || "none";
  const detail = `Add "${action}" to the token's claim actions: it allows ${allowed}`;
  throw new Problem("forbidden", detail);
}

/** Returns whether the token allows this policy, key and size. */
export function isInScope(
  { scope }: { readonly scope: TokenScope },
  { policy, key, size }: Resource,
): boolean {
  const { policies, key: allowed, maxBytes } = scope;
  if (maxBytes !== undefined && size !== undefined && size > maxBytes) return false;
  if (policies && !policies.includes(policy)) return false;
  return (
    allowed === undefined || key === allowed || (allowed.endsWith("/") && key.startsWith(allowed))
  );
}
