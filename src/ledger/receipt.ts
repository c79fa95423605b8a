/** Receipts: a compact JWS (RFC 7515, ES256) that says what was verified in the store. */
import { SignJWT, calculateJwkThumbprint, importJWK, type JWK } from "jose";
import { parsePrivateKeys, type PrivateKey } from "../config/compile-proof.ts";
import type { ReceiptTerms } from "../config/config.ts";
import type { UploadClaims } from "../grant/claims.ts";
import type { Verified } from "./record.ts";

export interface Receipts {
  readonly sign: (
    claims: UploadClaims,
    verified: Verified & { readonly bucket: string },
    nowMs: number,
  ) => Promise<string>;
  /** The public keys, the newest first (RFC 7517). */
  readonly publicKeys: () => Promise<{ readonly keys: readonly JWK[] }>;
}

/** One per isolate: its key is imported once. */
export function createReceipts({
  issuer,
  audience,
  expiresInSeconds,
  key: secret,
}: ReceiptTerms): Receipts {
  let imported:
    | { readonly kid: string; readonly key: Awaited<ReturnType<typeof importJWK>> }
    | undefined;
  const keys = () => parsePrivateKeys(secret) ?? [];

  return {
    async sign({ sub, jti, policy, store, key }, { bucket, ...verified }, nowMs) {
      const [newest] = keys();
      if (!newest) throw new TypeError("Cannot sign the receipt: there is no key");
      imported ??= { kid: await kidOf(newest), key: await importPrivate(newest) };
      const iat = Math.floor(nowMs / 1000);
      return new SignJWT({ upload: { store, bucket, key, ...verified, policy } })
        .setProtectedHeader({ alg: "ES256", typ: "upload-receipt+jwt", kid: imported.kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(sub)
        .setJti(jti)
        .setIssuedAt(iat)
        .setExpirationTime(iat + expiresInSeconds)
        .sign(imported.key);
    },
    async publicKeys() {
      return { keys: await Promise.all(keys().map(toPublic)) };
    },
  };
}

async function toPublic(key: PrivateKey): Promise<JWK> {
  const { kty, crv, x, y } = key;
  return { kty, crv, x, y, kid: await kidOf(key), alg: "ES256", use: "sig" };
}

/** RFC 7638, where the key brings no name of its own. */
async function kidOf({ kty, crv, x, y, kid }: PrivateKey): Promise<string> {
  return kid ?? calculateJwkThumbprint({ kty, crv, x, y });
}

async function importPrivate({ kty, crv, x, y, d }: PrivateKey): ReturnType<typeof importJWK> {
  return importJWK({ kty, crv, x, y, d }, "ES256");
}
