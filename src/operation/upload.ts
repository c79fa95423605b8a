/** The way of every ticket: what is allowed, where it goes, whether it is within limits, the signature. */
import { admit, type Admitted } from "../grant/admit.ts";
import type { Caller } from "../grant/authenticate.ts";
import { authorize, type Intent, type Region } from "../grant/authorize.ts";
import { claimUpload } from "../grant/claims.ts";
import { makeKey } from "../grant/key.ts";
import type { Service } from "../service.ts";
import { sign, type Ticket } from "../store/sign.ts";

/** Where a request is. */
export interface Occasion {
  readonly requestOrigin: string;
  readonly region: Region;
}

export interface GrantedUpload {
  readonly admitted: Admitted;
  readonly ticket: Ticket;
}

/** Throws the problem of the first rule that is broken; then nothing was signed. */
export async function createUpload(
  service: Service,
  caller: Caller,
  intent: Intent,
  { requestOrigin, region }: Occasion,
): Promise<GrantedUpload> {
  const now = new Date(service.now());
  const grant = authorize(service.config, caller, intent, region);
  const key = makeKey(grant, { id: service.newId(), now });
  const claims = claimUpload(grant, key, { jti: service.newId(), now, requestOrigin });
  const admitted = await admit(
    { grant, key, claims },
    { ledger: () => service.ledgerOf(caller), log: service.log },
  );
  const { writer } = service.signersOf(grant.store);
  return { admitted, ticket: await sign(admitted, { signer: writer, now, requestOrigin }) };
}
