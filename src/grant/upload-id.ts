/**
 * Seals an upload's claims into its id, a compact JWS (RFC 7515, HS256), so that an upload can be
 * completed without any storage. An id is bound to its caller, and opaque to clients.
 */
import { SignJWT, jwtVerify, type CryptoKey } from "jose";
import { Problem } from "../problem.ts";
import type { Secret } from "../secret.ts";
import type { Caller } from "./authenticate.ts";
import { isInScope } from "./token-scope.ts";
import { uploadClaimsSchema, type UploadClaims } from "./upload-claims.ts";

const TYPE = "upload-id+jwt";

/** Seals and opens ids. Created once per isolate. */
export interface UploadIds {
  readonly seal: (claims: UploadClaims) => Promise<string>;
  /** Throws `upload-not-found`, the same for a forged id and for another user's. */
  readonly open: (id: string, caller: Caller) => Promise<UploadClaims>;
}

/** The first secret seals; every secret opens, so that one can be rotated. */
export function createUploadIds(secrets: readonly [Secret, ...Secret[]]): UploadIds {
  const keys = secrets.map(createKey);
  const [sealingKey = createKey(secrets[0])] = keys;
  return {
    async seal(claims) {
      return new SignJWT({ ...claims })
        .setProtectedHeader({ alg: "HS256", typ: TYPE })
        .sign(await sealingKey());
    },
    async open(id, caller) {
      for (const key of keys) {
        // oxlint-disable-next-line no-await-in-loop -- there is a second secret only during a rotation
        const claims = await tryToOpen(id, await key());
        if (claims && isFor(claims, caller)) return claims;
      }
      throw new Problem("upload-not-found", "Use the id of one of your own uploads");
    },
  };
}

/**
 * Opens an id together with the key that the client repeats, as Uppy does. Throws as `open` does, and
 * `key-outside-prefix` for another key than the upload's.
 */
export async function openUnderKey(
  uploadIds: UploadIds,
  { id, key }: { readonly id: string; readonly key: string },
  caller: Caller,
): Promise<UploadClaims> {
  const claims = await uploadIds.open(id, caller);
  if (claims.key === key) return claims;
  throw new Problem("key-outside-prefix", "Use the key that the upload was created with");
}

function isFor(claims: UploadClaims, caller: Caller): boolean {
  const isOwn = claims.iss === caller.issuer && claims.sub === caller.user;
  return isOwn && isInScope(caller, claims);
}

/** `exp` is when the upload expires (for a multipart upload, after `resumeWithin`). The id stays valid after that. */
async function tryToOpen(id: string, key: CryptoKey): Promise<UploadClaims | undefined> {
  try {
    const { payload } = await jwtVerify(id, key, {
      algorithms: ["HS256"],
      typ: TYPE,
      currentDate: new Date(0),
    });
    return uploadClaimsSchema.parse(payload);
  } catch {
    return undefined;
  }
}

function createKey(secret: Secret): () => Promise<CryptoKey> {
  let key: CryptoKey | undefined;
  return async () => {
    if (key) return key;
    const bytes = new TextEncoder().encode(secret.reveal());
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    key = await crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign", "verify"]);
    return key;
  };
}
