/**
 * Seals an upload's claims into its id, so that an upload can be completed without any storage. An id is
 * bound to its caller and opaque to clients: in base64url a version, the packed claims, and a tag, the
 * first 128 bits of an HMAC-SHA-256. docs/storage.md has every byte.
 */
import { base64url } from "jose";
import * as z from "zod/mini";
import type { IdSecrets } from "../config/compile-id-secrets.ts";
import { createHmac, isSameTag, type Hmac } from "../hash.ts";
import { lazy } from "../lazy.ts";
import { Problem } from "../problem.ts";
import type { Secret } from "../secret.ts";
import type { Caller } from "./authenticate.ts";
import { openJws } from "./jws-upload-id.ts";
import { ByteWriter } from "./bytes.ts";
import type { Owner } from "./owner.ts";
import { isPackedFor, packClaims, unpackClaims, type PackedClaims } from "./pack-claims.ts";
import { isInScope } from "./token-scope.ts";
import { uploadClaimsSchema, type UploadClaims } from "./upload-claims.ts";

const VERSION = 1;
const TAG_BYTES = 16;
/** An id ends so long after its upload: then an object can no longer be claimed with it. */
const VALID_AFTER_SECONDS = 30 * 86_400;

/** Seals and opens ids. Created once per isolate. */
export interface UploadIds {
  readonly seal: (claims: UploadClaims, owner: Owner) => string;
  /** Throws `upload-not-found`, the same for a forged id, an ended one, and another user's, and `revoked`. */
  readonly open: (id: string, caller: Caller) => Promise<UploadClaims>;
  /** For admins: returns what the id itself says, also of an ended upload; `undefined` for a forged one. */
  readonly inspect: (id: string) => Promise<InspectedId | undefined>;
}

/** What an id says of an upload, of whoever it is. */
export interface InspectedId extends InspectedClaims {
  /** Returns whether it is an upload of this user. */
  readonly isOf: (owner: Owner) => boolean;
}

const inspectedSchema = lazy(() =>
  z.object({
    jti: z.string(),
    iat: z.int(),
    exp: z.int(),
    policy: z.string(),
    store: z.string(),
    key: z.string(),
    pendingKey: z.optional(z.string()),
    /** Only an id of the first release names its user. */
    iss: z.optional(z.string()),
    sub: z.optional(z.string()),
  }),
);
type InspectedClaims = Readonly<z.output<ReturnType<typeof inspectedSchema>>>;

/** Whoever has the previous secret writes any time into an id: after this long it opens none. */
const PREVIOUS_OPENS_SECONDS = 60 * 86_400;

/** Throws the problem of an upload that was granted at that time, in seconds, and revoked since. */
export type RefuseRevoked = (owner: Owner, grantedAt: number) => void;

/**
 * The present secret seals. The previous one still opens what was granted before the rotation. `refuse` is there
 * where uploads can be revoked.
 */
export function createUploadIds(
  { current, previous }: IdSecrets,
  now: () => number,
  refuse?: RefuseRevoked,
): UploadIds {
  const sealing = toKey(current);
  const openers = [
    { key: sealing, rotatedAtSeconds: Number.POSITIVE_INFINITY },
    ...(previous ? [{ ...previous, key: toKey(previous.secret) }] : []),
  ];

  const writer = new ByteWriter();

  return {
    seal(claims, owner) {
      writer.clear();
      writer.number(VERSION);
      packClaims(claims, owner, writer);
      writer.bytes(tagOf(sealing, writer.written()));
      return base64url.encode(writer.written());
    },
    async open(id, caller) {
      const nowSeconds = now() / 1000;
      for (const { key, rotatedAtSeconds } of openers) {
        if (nowSeconds > rotatedAtSeconds + PREVIOUS_OPENS_SECONDS) continue;
        // oxlint-disable-next-line no-await-in-loop -- there is a second secret only during a rotation
        const claims = await tryToOpen(id, key, caller);
        if (!claims || claims.iat > rotatedAtSeconds) continue;
        const isValid = nowSeconds < claims.exp + VALID_AFTER_SECONDS;
        if (!isValid || !isFor(claims, caller)) continue;
        refuse?.(caller, claims.iat);
        return claims;
      }
      throw new Problem("upload-not-found", "Use the id of one of your own uploads");
    },
    async inspect(id) {
      const found = await Promise.all(openers.map(async ({ key }) => tryToInspect(id, key)));
      return found.find((one) => one !== undefined);
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

/** Returns the claims of an id that the key has sealed. The id may be any text. */
async function tryToOpen(
  id: string,
  key: SealingKey,
  caller: Caller,
): Promise<UploadClaims | undefined> {
  try {
    if (id.includes(".")) return uploadClaimsSchema().parse(await openJws(id, key.bytes));
    const packed = openPacked(id, key);
    if (!packed || !isPackedFor(packed, caller)) return undefined;
    const { issuer: iss, user: sub } = caller;
    return uploadClaimsSchema().parse({ iss, sub, ...packed.claims });
  } catch {
    return undefined;
  }
}

async function tryToInspect(id: string, key: SealingKey): Promise<InspectedId | undefined> {
  try {
    if (id.includes(".")) {
      const claims = inspectedSchema().parse(await openJws(id, key.bytes));
      return {
        ...claims,
        isOf: ({ issuer, user }) => claims.iss === issuer && claims.sub === user,
      };
    }
    const packed = openPacked(id, key);
    if (!packed) return undefined;
    const isOf = (owner: Owner) => isPackedFor(packed, owner);
    return { ...inspectedSchema().parse(packed.claims), isOf };
  } catch {
    return undefined;
  }
}

function openPacked(id: string, key: SealingKey): PackedClaims | undefined {
  const sealed = base64url.decode(id);
  // Decoders ignore unused bits: one upload would have several ids.
  if (sealed[0] !== VERSION || base64url.encode(sealed) !== id) return undefined;
  const signed = sealed.subarray(0, -TAG_BYTES);
  if (!isSameTag(tagOf(key, signed), sealed.subarray(-TAG_BYTES))) return undefined;
  return unpackClaims(signed.subarray(1));
}

interface SealingKey {
  readonly bytes: Uint8Array;
  readonly hmac: Hmac;
}

function toKey(secret: Secret): SealingKey {
  const bytes = new TextEncoder().encode(secret.reveal());
  return { bytes, hmac: createHmac(bytes) };
}

function tagOf({ hmac }: SealingKey, data: Uint8Array): Uint8Array {
  return hmac(data).slice(0, TAG_BYTES);
}
