/** Decodes and verifies a receipt, as any backend can. */
import { createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";

export interface CheckedReceipt {
  /** The claims, as formatted JSON. */
  readonly text: string;
  readonly isVerified: boolean;
}

const keys = createRemoteJWKSet(new URL("/.well-known/jwks.json", location.href));

/** Returns the claims of the receipt, and whether its signature is valid. */
export async function checkReceipt(receipt: string): Promise<CheckedReceipt> {
  const text = JSON.stringify(decodeJwt(receipt), undefined, 2);
  const expected = {
    audience: "edge-presigner",
    issuer: "edge-presigner",
    typ: "upload-receipt+jwt",
  };
  const isVerified = await jwtVerify(receipt, keys, expected).then(
    () => true,
    () => false,
  );
  return { text, isVerified };
}
