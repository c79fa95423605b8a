/** Admits a grant as the Worker does, for a user without uploads and without a ledger. */
import { admit, type Admitted } from "../../src/operation/admit.ts";
import type { AllowedUpload } from "../../src/operation/allow.ts";
import type { Grant } from "../../src/grant/authorize.ts";
import { claimUpload } from "../../src/grant/upload-claims.ts";
import { makeKey } from "../../src/key/make.ts";
import {
  UNUSED,
  findExceeded,
  type Reservation,
  type ReservationResult,
} from "../../src/ledger/limits.ts";

/** The time, the ids and the address of the simulated Worker. */
export interface SimulationContext {
  readonly nowMs: number;
  readonly newId: () => string;
  /** The origin of the embedded store, for a development configuration. */
  readonly requestOrigin: string;
}

/** Returns the grant with its key. Throws `invalid-request` and `forbidden`. */
export function admissionOf(
  grant: Grant,
  { nowMs, newId, requestOrigin }: SimulationContext,
): AllowedUpload {
  const now = new Date(nowMs);
  const key = makeKey(grant, { id: newId(), now });
  const claims = claimUpload(grant, key, { jti: newId(), now, requestOrigin });
  // Only a repeated request needs another store.
  return { grant, key, claims, grantIn: () => grant };
}

/** Returns the upload, admitted within the limits of a user without uploads. Throws `quota-exceeded`. */
export async function admitUnused(upload: AllowedUpload, nowMs: number): Promise<Admitted> {
  const reserve = async (
    _: unknown,
    reservations: readonly Reservation[],
  ): Promise<readonly ReservationResult[]> =>
    reservations.map(({ quota, bytes }) => {
      const exceeded = findExceeded(UNUSED, quota, { bytes, nowMs });
      return exceeded
        ? { isAdmitted: false, ...exceeded, remaining: {} }
        : { isAdmitted: true, remaining: {} };
    });
  return admit(upload, reserve);
}
