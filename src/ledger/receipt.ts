/** Receipts: a compact JWS (RFC 7515, ES256) that says what was verified in the store. */
import { SignJWT, type JWK } from "jose";
import type { PrivateKey } from "../config/private-key.ts";
import type { ReceiptSettings } from "../config/config.ts";
import type { UploadClaims } from "../grant/upload-claims.ts";
import type { Verified } from "./record.ts";

export interface Receipts {
  readonly sign: (
    claims: UploadClaims,
    verified: Verified & { readonly bucket: string },
    nowMs: number,
  ) => Promise<string>;
  /** The public keys, the newest first (RFC 7517). */
  readonly publicKeys: () => { readonly keys: readonly JWK[] };
}

/** Creates the signer, once per isolate. The newest key signs: jose imports it once. */
export function createReceipts({
  issuer,
  audience,
  expiresInSeconds,
  keys,
}: ReceiptSettings): Receipts {
  const all = keys.reveal();
  const [newest] = all;
  const { kty, crv, x, y, d } = newest;
  const signingKey: JWK = { kty, crv, x, y, d };

  return {
    async sign({ iss, sub, jti, policy, store, key }, { bucket, ...verified }, nowMs) {
      const iat = Math.floor(nowMs / 1000);
      return new SignJWT({ upload: { store, bucket, key, ...verified, policy, issuer: iss } })
        .setProtectedHeader({ alg: "ES256", typ: "upload-receipt+jwt", kid: kidOf(newest) })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(sub)
        .setJti(jti)
        .setIssuedAt(iat)
        .setExpirationTime(iat + expiresInSeconds)
        .sign(signingKey);
    },
    publicKeys() {
      return { keys: all.map(toPublic) };
    },
  };
}

function toPublic(key: PrivateKey): JWK {
  const { kty, crv, x, y } = key;
  return { kty, crv, x, y, kid: kidOf(key), alg: "ES256", use: "sig" };
}

/** Returns the key's own id, or the start of its first coordinate, which no other key has. */
function kidOf({ kid, x }: PrivateKey): string {
  return kid ?? x.slice(0, 16);
}
