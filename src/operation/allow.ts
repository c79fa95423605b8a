/** Caller + Intent → AllowedUpload: what the app and the policy allow, and under which key. */
import type { Caller } from "../grant/authenticate.ts";
import { authorize, type Grant } from "../grant/authorize.ts";
import type { Intent } from "../grant/intent.ts";
import { claimUpload, type UploadClaims } from "../grant/upload-claims.ts";
import { makeKey, type ObjectKey } from "../key/make.ts";
import type { Service } from "../service.ts";
import type { Store } from "../store/store.ts";
import { askAboutUpload } from "./ask-app.ts";
import type { Place } from "./place.ts";

/** Who creates uploads, where, and with which service. */
export interface UploadContext {
  readonly service: Service;
  readonly caller: Caller;
  readonly place: Place;
  /** With it, the request can be sent again, and creates nothing more where a policy has a quota. */
  readonly idempotencyKey?: string | undefined;
}

/** An upload before its quota is checked. */
export interface AllowedUpload {
  readonly grant: Grant;
  readonly key: ObjectKey;
  readonly claims: UploadClaims;
  /** Returns the same permission in another store of the policy. */
  readonly grantIn: (store: Store) => Grant;
}

/** Asks the app, if it has a hook, and then applies the policy. Throws the problem of the first rule that is broken. */
export function allow(
  context: UploadContext,
  intent: Intent,
): AllowedUpload | Promise<AllowedUpload> {
  const { service, caller } = context;
  if (!service.hooks.authorize) return applyPolicy(context, intent);
  return askAboutUpload(service, caller, intent).then((restricted) =>
    applyPolicy({ ...context, caller: restricted }, intent),
  );
}

/** Applies the policy and makes the key. */
function applyPolicy({ service, caller, place }: UploadContext, intent: Intent): AllowedUpload {
  const now = new Date(service.now());
  const { region } = place;
  const grantIn = (store?: Store) =>
    authorize(service.config, caller, intent, { region, now, store });
  const grant = grantIn();
  const key = makeKey(grant, { id: service.newId(), now });
  const requestOrigin = grant.store.origin === undefined ? place.requestOrigin : "";
  const claims = claimUpload(grant, key, { jti: service.newId(), now, requestOrigin });
  return { grant, key, claims, grantIn };
}
