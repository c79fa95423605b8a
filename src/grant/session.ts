/** The app's own session → Caller, in place of a token. */
import * as z from "zod/mini";
import { SESSION_ISSUER } from "../config/session-issuer.ts";
import { lazy } from "../lazy.ts";
import { toCaller, unauthenticated, type Caller } from "./authenticate.ts";

export interface Session {
  /** The user's stable id. */
  readonly user: string;
  /** As the claims of a token: they fill `{claim.x}`, and can restrict. `exp` is in seconds since 1970. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

const sessionSchema = lazy(() =>
  z.object({
    user: z.string(),
    claims: z._default(z.record(z.string(), z.unknown()), {}),
  }),
);

const ISSUER = { issuers: [SESSION_ISSUER], userClaim: "sub", userPrefix: undefined };

/** Returns the caller. Throws `unauthenticated`, as for a token, if the hook throws or names no valid user. */
export async function authenticateSession(
  findSession: () => Promise<unknown>,
  nowMs: number,
): Promise<Caller> {
  try {
    const { user, claims } = sessionSchema().parse(await findSession());
    const caller = toCaller(ISSUER, { ...claims, sub: user });
    const { exp } = claims;
    if (exp !== undefined && !(typeof exp === "number" && exp * 1000 > nowMs))
      throw new Error("The session has expired");
    return caller;
  } catch (cause) {
    throw unauthenticated(cause);
  }
}
