/** Grant → Admitted, for a user who has sent nothing yet: the Worker's own steps without a ledger. */
import { admit, type Admission, type Admitted } from "../../src/operation/admit.ts";
import type { Grant } from "../../src/grant/authorize.ts";
import { claimUpload } from "../../src/grant/upload-claims.ts";
import { makeKey } from "../../src/key/make.ts";
import { UNUSED, findExceeded, type Answer, type Reservation } from "../../src/ledger/limits.ts";
import { Problem } from "../../src/problem.ts";

/** What a grant takes from outside. */
export interface Moment {
  readonly nowMs: number;
  readonly newId: () => string;
  /** Where the embedded store is, for a policy of development. */
  readonly requestOrigin: string;
}

/** The grant with its key: what is to be admitted. Throws `invalid-request`, `forbidden`. */
export function admissionOf(grant: Grant, { nowMs, newId, requestOrigin }: Moment): Admission {
  const now = new Date(nowMs);
  const key = makeKey(grant, { id: newId(), now });
  return { grant, key, claims: claimUpload(grant, key, { jti: newId(), now, requestOrigin }) };
}

/** Admitted within the limits of a user who has sent nothing yet. Throws `quota-exceeded`. */
export async function admitUnused(admission: Admission, nowMs: number): Promise<Admitted> {
  const ledger = {
    reserve: async (reservations: readonly Reservation[]): Promise<readonly Answer[]> =>
      reservations.map(({ quota, bytes }) => {
        const exceeded = findExceeded(UNUSED, quota, { bytes, nowMs });
        return exceeded
          ? { isAdmitted: false, ...exceeded, standing: {} }
          : { isAdmitted: true, standing: {} };
      }),
  };
  const [admitted] = await admit([admission], { ledger, log: () => undefined });
  if (admitted instanceof Problem) throw admitted;
  if (!admitted) throw new TypeError("Cannot admit: there was no answer");
  return admitted;
}
