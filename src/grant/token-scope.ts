/** The restrictions of a token: a token can allow less than the policies do, never more. */
import * as z from "zod/mini";

/** Malformed claims are refused: they must not count as no restriction. */
const scopeSchema = z.object({
  policies: z.optional(z.array(z.string())),
  maxBytes: z.optional(z.int().check(z.nonnegative())),
  /** A whole key, or a prefix that ends with a slash. */
  key: z.optional(z.string().check(z.minLength(1), z.maxLength(1024))),
});
export type TokenScope = Readonly<z.output<typeof scopeSchema>>;

/** An upload, or an object whose size is unknown. */
interface Resource {
  readonly policy: string;
  readonly key: string;
  readonly size?: number | undefined;
}

/** Returns the restrictions in a token's claims. Throws for malformed ones. */
export function parseScope(claims: unknown): TokenScope {
  return scopeSchema.parse(claims);
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
