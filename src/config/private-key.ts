/** Parses the private keys that sign receipts. By hand, because it is all that a built Worker parses at its start. */

/** A private key for ES256 (RFC 7518 section 6.2). */
export interface PrivateKey {
  readonly kty: "EC";
  readonly crv: "P-256";
  readonly x: string;
  readonly y: string;
  readonly d: string;
  readonly kid?: string;
}
/** The newest first. */
export type PrivateKeys = readonly [PrivateKey, ...PrivateKey[]];

/** Returns the keys of a JWK, or of a JWK Set with the newest first; `undefined` for any other text. */
export function parsePrivateKeys(text: string): PrivateKeys | undefined {
  const value = parseJson(text);
  const listed = isRecord(value) && Array.isArray(value["keys"]) ? value["keys"] : undefined;
  const keys = listed?.map(toPrivateKey);
  const valid = keys?.filter((key) => key !== undefined);
  // A set with another key in it is no set of private keys, but may be a key that has a field `keys`.
  const found = valid && valid.length === keys?.length ? valid : [toPrivateKey(value)];
  const [first, ...rest] = found.filter((key) => key !== undefined);
  return first && [first, ...rest];
}

/** Returns the fields of a key alone. */
function toPrivateKey(value: unknown): PrivateKey | undefined {
  if (!isRecord(value)) return undefined;
  const { kty, crv, x, y, d, kid } = value;
  if (kty !== "EC" || crv !== "P-256") return undefined;
  if (typeof x !== "string" || typeof y !== "string" || typeof d !== "string") return undefined;
  if (kid === undefined) return { kty, crv, x, y, d };
  return typeof kid === "string" ? { kty, crv, x, y, d, kid } : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
