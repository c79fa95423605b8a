/** What a granted upload is, as plain data: sealed into its id, and kept by the ledger. */
import * as z from "zod/mini";
import { checksumSchema } from "../store/checksum.ts";
import type { Grant } from "./authorize.ts";
import type { ObjectKey } from "../key/make.ts";

export const uploadClaimsSchema = z.object({
  /** The caller: issuer and user. */
  iss: z.string(),
  sub: z.string(),
  /** The name of the upload, unguessable. */
  jti: z.string(),
  /** When it was granted, and when its ticket expires: seconds since 1970. */
  iat: z.int(),
  exp: z.int(),
  policy: z.string(),
  store: z.string(),
  key: z.string(),
  type: z.string(),
  size: z.optional(z.int()),
  /** The least and the most that may arrive where no size was told. */
  minBytes: z.optional(z.int()),
  maxBytes: z.optional(z.int()),
  checksum: z.optional(checksumSchema),
  /** The key has an id of this upload alone, so that what is under it may be deleted with it. */
  unique: z.boolean(),
  /** An upload in parts: what all but the last one have, and the store's name for it. */
  partSize: z.optional(z.int()),
  uploadId: z.optional(z.string()),
  /** Where the embedded store is, which is nowhere in the configuration. */
  origin: z.optional(z.string()),
});
export type UploadClaims = Readonly<z.output<typeof uploadClaimsSchema>>;

interface Occasion {
  readonly jti: string;
  readonly now: Date;
  readonly requestOrigin: string;
}

export function claimUpload(
  grant: Grant,
  key: ObjectKey,
  { jti, now, requestOrigin }: Occasion,
): UploadClaims {
  const iat = Math.floor(now.getTime() / 1000);
  return {
    iss: grant.caller.issuer,
    sub: grant.caller.user,
    jti,
    iat,
    exp: iat + (grant.parts ? grant.policy.resumeWithinSeconds : grant.expiresInSeconds),
    policy: grant.policy.name,
    store: grant.store.name,
    key: key.text,
    type: grant.contentType,
    ...(grant.size === undefined
      ? { minBytes: grant.policy.minBytes, maxBytes: grant.maxBytes }
      : { size: grant.size }),
    ...(grant.checksum && { checksum: grant.checksum }),
    unique: key.isUnique,
    ...(grant.parts && { partSize: grant.parts.partSize }),
    ...(grant.store.origin === undefined && { origin: requestOrigin }),
  };
}
