/**
 * The id of an upload: a compact JWS (RFC 7515, HS256) of what was granted, so that it can be
 * completed with no storage at all. Bound to the caller; opaque to clients.
 */
import { SignJWT, jwtVerify, type CryptoKey } from "jose";
import type { Caller } from "./authenticate.ts";
import { uploadClaimsSchema, type UploadClaims } from "./upload-claims.ts";
import { isWithinNarrowing } from "./token-scope.ts";
import { Problem } from "../problem.ts";
import type { Secret } from "../secret.ts";

const TYPE = "upload-id+jwt";

/** Seals and opens ids: one per isolate. */
export interface UploadIds {
  readonly seal: (claims: UploadClaims) => Promise<string>;
  /** Throws `upload-not-found`, the same for a false id and for somebody else's. */
  readonly open: (id: string, caller: Caller) => Promise<UploadClaims>;
}

/** The first secret seals; all of them open, so that one can be rotated. */
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
        // oxlint-disable-next-line no-await-in-loop -- the second secret is there during a rotation only
        const claims = await tryToOpen(id, await key());
        if (claims && isFor(claims, caller)) return claims;
      }
      throw new Problem("upload-not-found", "Use the id of an upload of your own");
    },
  };
}

/**
 * Opens an id whose key the client repeats, as Uppy does. Throws as `open` does, and
 * `key-outside-prefix` where the key is another than the upload's.
 */
export async function openUnderKey(
  uploadIds: UploadIds,
  { id, key }: { readonly id: string; readonly key: string },
  caller: Caller,
): Promise<UploadClaims> {
  const claims = await uploadIds.open(id, caller);
  if (claims.key === key) return claims;
  throw new Problem("key-outside-prefix", "Name the key that the upload was begun with");
}

function isFor(claims: UploadClaims, caller: Caller): boolean {
  const isOwn = claims.iss === caller.issuer && claims.sub === caller.user;
  return isOwn && isWithinNarrowing(caller, claims);
}

/** An id outlives its ticket: `exp` says when that one expires, and is no limit here. */
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
