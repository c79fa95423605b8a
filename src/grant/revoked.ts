/** Whether a token or an upload was revoked: what was issued until a moment is refused. */
import { Problem } from "../problem.ts";
import type { Owner } from "./owner.ts";

/** Until when what was issued is refused, in milliseconds since 1970: by subject. */
export type RevokedUntil = ReadonlyMap<string, number>;

/** The subject that stands for everybody. That of one user is the user's digest. */
export const EVERYBODY = "all";
/** Returns the subject that stands for all users of an issuer. */
export const subjectOfIssuer = (issuer: string): string => `issuer ${issuer}`;

/** So long a revocation is kept. What was issued earlier is refused, as nobody knows any more. */
export const KEPT_DAYS = 90;
export const KEPT_MS = KEPT_DAYS * 86_400_000;
/** Clocks may differ by so much, as for `exp` and `nbf`. */
const CLOCK_TOLERANCE_MS = 30_000;

/** What was issued: a token, or an upload with its id. */
export interface Issued {
  readonly what: "token" | "upload";
  /** Its `iat`, in seconds since 1970. */
  readonly issuedAt: unknown;
}

/** Throws `revoked`. What has no time is refused where anything of the owner was revoked: it may be older. */
export function refuseRevoked(
  revoked: RevokedUntil,
  owner: Owner,
  { what, issuedAt }: Issued,
  nowMs: number,
): void {
  const issuedAtMs = typeof issuedAt === "number" ? issuedAt * 1000 : Number.NaN;
  if (issuedAtMs < nowMs - KEPT_MS)
    throw new Problem("revoked", `Use a newer ${what}: this one is older than ${KEPT_DAYS} days`);
  const untilMs = revokedUntil(revoked, owner);
  if (untilMs === undefined) return;
  // A time in the future proves nothing: it could be later than every revocation.
  if (issuedAtMs > untilMs && issuedAtMs <= nowMs + CLOCK_TOLERANCE_MS) return;
  throw new Problem("revoked", DETAILS[what]);
}

const DETAILS = {
  token: "Get a new token: this one was revoked",
  upload: "Create a new upload: this one was revoked",
} as const satisfies Record<Issued["what"], string>;

function revokedUntil(revoked: RevokedUntil, { issuer, digest }: Owner): number | undefined {
  if (revoked.size === 0) return undefined;
  const found = [digest, subjectOfIssuer(issuer), EVERYBODY].flatMap(
    (subject) => revoked.get(subject) ?? [],
  );
  return found.length === 0 ? undefined : Math.max(...found);
}
