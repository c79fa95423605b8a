/**
 * The id of an upload: a compact JWS (RFC 7515, HS256) that says what was granted, so that the
 * upload can be completed with no storage at all. Bound to the caller; opaque to clients.
 */
import { SignJWT, type CryptoKey } from "jose";
import type { Grant } from "../grant/authorize.ts";
import type { ObjectKey } from "../grant/key.ts";
import type { Secret } from "../secret.ts";
import type { Ticket } from "../store/sign.ts";

export interface GrantedUpload {
  readonly grant: Grant;
  readonly key: ObjectKey;
  readonly ticket: Ticket;
  /** The name of the upload, unguessable. */
  readonly jti: string;
}

/** Makes ids: one per isolate. */
export type SealUpload = (upload: GrantedUpload) => Promise<string>;

export function createSealUpload(secret: Secret): SealUpload {
  let key: CryptoKey | undefined;
  return async function sealUpload({ grant, key: objectKey, ticket, jti }) {
    const bytes = new TextEncoder().encode(secret.reveal());
    key ??= await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, [
      "sign",
    ]);
    const claims = {
      iss: grant.caller.issuer,
      sub: grant.caller.user,
      jti,
      exp: Math.floor(ticket.expiresAt.getTime() / 1000),
      policy: grant.policy.name,
      store: grant.store.name,
      key: objectKey.text,
      type: grant.contentType,
      ...(grant.size !== undefined && { size: grant.size }),
      ...(grant.checksum && { checksum: [grant.checksum.algorithm, grant.checksum.value] }),
    };
    return new SignJWT(claims).setProtectedHeader({ alg: "HS256", typ: "upload-id+jwt" }).sign(key);
  };
}
