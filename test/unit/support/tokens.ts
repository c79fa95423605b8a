/** Tokens made with WebCrypto alone, so that the library which verifies them is not the one that signs. */

type Claims = Readonly<Record<string, unknown>>;

const base64url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
const encode = (value: unknown) => base64url(new TextEncoder().encode(JSON.stringify(value)));

async function assemble(
  header: Claims,
  claims: Claims,
  sign: (input: BufferSource) => Promise<ArrayBuffer>,
): Promise<string> {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${base64url(new Uint8Array(await sign(new TextEncoder().encode(input))))}`;
}

/** A compact JWS, HS256, with the given header. */
export async function mintShared(
  secret: string,
  claims: Claims,
  header: Claims = {},
): Promise<string> {
  const raw = new TextEncoder().encode(secret);
  const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  return assemble({ alg: "HS256", typ: "JWT", ...header }, claims, async (input) =>
    crypto.subtle.sign("HMAC", key, input),
  );
}

/** A token that nobody signed. */
export function mintUnsigned(claims: Claims): string {
  return `${encode({ alg: "none", typ: "JWT" })}.${encode(claims)}.`;
}

export interface Signer {
  readonly jwk: Claims;
  readonly mint: (claims: Claims, header?: Claims) => Promise<string>;
}

/** A fresh ES256 key pair with its public JWK. */
export async function createSigner(kid: string): Promise<Signer> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const pair = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  if (!("privateKey" in pair)) throw new TypeError("Cannot make a key pair");
  const { kty, crv, x, y } = (await crypto.subtle.exportKey("jwk", pair.publicKey)) as JsonWebKey;
  return {
    jwk: { kty, crv, x, y, kid, alg: "ES256", use: "sig" },
    mint: async (claims, header) =>
      assemble({ alg: "ES256", kid, typ: "JWT", ...header }, claims, async (input) =>
        crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, input),
      ),
  };
}
