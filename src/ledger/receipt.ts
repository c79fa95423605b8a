/** Receipts: a compact JWS (RFC 7515, ES256) that says what was verified in the store. */
import { SignJWT, importJWK, type JWK } from "jose";
import { parsePrivateKeys, type PrivateKey } from "../config/compile-proof.ts";
import type { ReceiptTerms } from "../config/config.ts";
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
    async sign({ iss, sub, jti, policy, store, key }, { bucket, ...verified }, nowMs) {
      const [newest] = keys();
      if (!newest) throw new TypeError("Cannot sign the receipt: there is no key");
      imported ??= { kid: kidOf(newest), key: await importPrivate(newest) };
      const iat = Math.floor(nowMs / 1000);
      return new SignJWT({ upload: { store, bucket, key, ...verified, policy, issuer: iss } })
        .setProtectedHeader({ alg: "ES256", typ: "upload-receipt+jwt", kid: imported.kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(sub)
        .setJti(jti)
        .setIssuedAt(iat)
        .setExpirationTime(iat + expiresInSeconds)
        .sign(imported.key);
    },
    publicKeys() {
      return { keys: keys().map(toPublic) };
    },
  };
}

function toPublic(key: PrivateKey): JWK {
  const { kty, crv, x, y } = key;
  return { kty, crv, x, y, kid: kidOf(key), alg: "ES256", use: "sig" };
}

/** A key that brings no name of its own has that of its first coordinate, which no other key has. */
function kidOf({ kid, x }: PrivateKey): string {
  return kid ?? x.slice(0, 16);
}

async function importPrivate({ kty, crv, x, y, d }: PrivateKey): ReturnType<typeof importJWK> {
  return importJWK({ kty, crv, x, y, d }, "ES256");
}
