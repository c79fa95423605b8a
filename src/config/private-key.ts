/** Parses the private keys that sign receipts. */
import * as z from "zod/mini";

/** A private key for ES256 (RFC 7518 section 6.2). */
const privateKeySchema = z.object({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: z.string(),
  y: z.string(),
  d: z.string(),
  kid: z.optional(z.string()),
});
export type PrivateKey = Readonly<z.output<typeof privateKeySchema>>;
/** The newest first. */
export type PrivateKeys = readonly [PrivateKey, ...PrivateKey[]];

/** Returns the keys of a JWK, or of a JWK Set with the newest first; `undefined` for any other text. */
export function parsePrivateKeys(text: string): PrivateKeys | undefined {
  const set = z.object({ keys: z.array(privateKeySchema) });
  const parsed = z.union([set, privateKeySchema]).safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const [first, ...rest] = "keys" in parsed.data ? parsed.data.keys : [parsed.data];
  return first && [first, ...rest];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
