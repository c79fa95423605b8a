/** Revokes what was issued to a user, to the users of an issuer, or to everybody. */
import { ownerOf, type Owner } from "../grant/owner.ts";
import { EVERYBODY, KEPT_DAYS, KEPT_MS, subjectOfIssuer } from "../grant/revoked.ts";
import { MAX_AGE_MS } from "../ledger/known-revocations.ts";
import { MAX_REVOKED_USERS } from "../ledger/revocation.ts";
import { Problem, invalidRequest } from "../problem.ts";
import type { Service } from "../service.ts";
import { abortOpenUploads, type AbortReport } from "./abort-open-uploads.ts";
import { findIssuer } from "./find-issuer.ts";
import { findLive, type Live } from "./live-access.ts";
import type { Place } from "./place.ts";
import { requireUser } from "./require-user.ts";

/** Exactly one of: a user, whose issuer may be left out; an issuer; everybody. */
export interface RevokeIntent {
  readonly user?: string | undefined;
  readonly issuer?: string | undefined;
  readonly all?: true | undefined;
  /** What was issued until then is revoked, in milliseconds since 1970: now by default. */
  readonly beforeMs?: number | undefined;
}

export interface RevokeReport {
  readonly user: string | undefined;
  readonly issuer: string | undefined;
  readonly beforeMs: number;
  /** From then on it is refused everywhere. */
  readonly effectiveMs: number;
  /** `undefined` where more than one user is meant: then no upload is aborted. */
  readonly uploads: AbortReport | undefined;
  /** What was given out, and what may be given out until it is effective. */
  readonly live: readonly Live[];
}

/**
 * Revokes, and aborts the open multipart uploads of one user. Throws `invalid-request`, `misconfigured` without
 * `revocations: true`, `quota-exceeded` where there is no room, and `ledger-unavailable`: then nothing is revoked.
 */
export async function revoke(
  service: Service,
  intent: RevokeIntent,
  place: Place,
): Promise<RevokeReport> {
  const nowMs = service.now();
  const { owner, issuer } = findSubject(service, intent);
  const askedMs = requireKept(intent.beforeMs ?? nowMs, nowMs);
  const subject = owner?.digest ?? (issuer === undefined ? EVERYBODY : subjectOfIssuer(issuer));
  const { revocations } = service;
  if (!revocations)
    throw new Problem(
      "misconfigured",
      "Nothing is revoked: set revocations: true in presigner.config.ts, and deploy it",
    );
  const beforeMs = await revocations.revoke({ subject, issuer, untilMs: askedMs });
  if (beforeMs === undefined) throw isFull();
  const effectiveMs = service.now() + MAX_AGE_MS;
  return {
    user: owner?.user,
    issuer,
    beforeMs,
    effectiveMs,
    uploads: owner && (await abortOpenUploads(service, owner, { beforeMs, place })),
    live: findLive(service, effectiveMs),
  };
}

interface Subject {
  readonly owner?: Owner;
  readonly issuer: string | undefined;
}

function findSubject(service: Service, { user, issuer: given, all }: RevokeIntent): Subject {
  if (all) {
    if (user === undefined && given === undefined) return { issuer: undefined };
    throw invalidRequest({ pointer: "/all", detail: "must stand alone: it revokes everything" });
  }
  if (user === undefined && given === undefined)
    throw invalidRequest({ pointer: "", detail: 'must have "user", "issuer", or "all": true' });
  const issuer = findIssuer(service, given);
  if (user === undefined) return { issuer };
  requireUser(user);
  return { issuer, owner: ownerOf(issuer, user) };
}

function requireKept(beforeMs: number, nowMs: number): number {
  if (beforeMs > nowMs - KEPT_MS) return beforeMs;
  const detail = `must be within the last ${KEPT_DAYS} days: what is older is refused anyway`;
  throw invalidRequest({ pointer: "/before", detail });
}

function isFull(): Problem {
  const detail = `Revoke the issuer, or all: ${MAX_REVOKED_USERS} users have a revocation of their own, and no more are kept`;
  return new Problem("quota-exceeded", detail, { extras: { limit: MAX_REVOKED_USERS } });
}
