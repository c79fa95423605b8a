/** What `admit` asks of the ledgers, for the requests of one caller. */
import type { Reserve } from "./admit.ts";
import type { UploadContext } from "./allow.ts";
import { refuseRevokedUpload } from "./refuse-revoked.ts";
import type { Repetition } from "./repeat.ts";

/** Reserves in the ledger of the quota's owner. */
export function reserveIn({ service }: UploadContext): Reserve {
  return async (owner, reservations) => service.ledgerOf(owner).reserve(reservations);
}

/** Returns what the `Idempotency-Key` brings, if the request has one. */
export function repetitionIn({
  service,
  caller,
  idempotencyKey,
}: UploadContext): Repetition | undefined {
  if (idempotencyKey === undefined) return undefined;
  const { now, uploadIds } = service;
  return {
    idempotencyKey,
    now,
    seal: (claims) => uploadIds.seal(claims, caller),
    refuseRevoked: (claims) => refuseRevokedUpload(service, caller, claims),
  };
}
