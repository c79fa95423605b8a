/** The way of every ticket: what is allowed, where it goes, and the signature for exactly that. */
import type { Caller } from "../grant/authenticate.ts";
import { authorize, type Intent, type Region } from "../grant/authorize.ts";
import { makeKey } from "../grant/key.ts";
import type { Service } from "../service.ts";
import { sign } from "../store/sign.ts";
import type { GrantedUpload } from "./upload-id.ts";

/** Where and when a request is. */
export interface Occasion {
  readonly requestOrigin: string;
  readonly region: Region;
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
  const presign = service.presigners.get(grant.store);
  if (!presign)
    throw new TypeError(`Cannot sign for the store ${grant.store.name}: it has no presigner`);
  const ticket = await sign(grant, key, { presign, now, requestOrigin });
  return { grant, key, ticket, jti: service.newId() };
}
