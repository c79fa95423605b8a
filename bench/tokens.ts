/** Mints the tokens of the benchmark: HS256 with its shared secret, ES256 with a key pair of this run. */
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { AUDIENCE, AUTH_SECRET, PUBLISHED_ISSUER, SHARED_ISSUER } from "./identity.ts";

const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });

/** What the issuer publishes, as JSON. */
export const JWKS = JSON.stringify({
  keys: [{ ...publicKey.export({ format: "jwk" }), kid: "bench", alg: "ES256", use: "sig" }],
});

export function mintShared(user: string): string {
  const content = encode({ alg: "HS256", typ: "JWT" }, SHARED_ISSUER, user);
  return `${content}.${createHmac("sha256", AUTH_SECRET).update(content).digest("base64url")}`;
}

export function mintPublished(user: string): string {
  const content = encode({ alg: "ES256", typ: "JWT", kid: "bench" }, PUBLISHED_ISSUER, user);
  const key = { key: privateKey, dsaEncoding: "ieee-p1363" } as const;
  return `${content}.${sign("sha256", Buffer.from(content), key).toString("base64url")}`;
}

function encode(header: object, issuer: string, user: string): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer, aud: AUDIENCE, sub: user, iat: now, exp: now + 3600 };
  return [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
}
