/** A receipt, decoded and checked as any backend would. */
import { createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";

export interface CheckedReceipt {
  /** What it says, as JSON with line breaks. */
  readonly text: string;
  readonly isVerified: boolean;
}

const keys = createRemoteJWKSet(new URL("/.well-known/jwks.json", location.href));

export async function checkReceipt(receipt: string): Promise<CheckedReceipt> {
  const text = JSON.stringify(decodeJwt(receipt), undefined, 2);
  const terms = { audience: "edge-presigner", issuer: "edge-presigner", typ: "upload-receipt+jwt" };
  const isVerified = await jwtVerify(receipt, keys, terms).then(
    () => true,
    () => false,
  );
  return { text, isVerified };
}
