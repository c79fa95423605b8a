/** What was granted for an upload, as plain data: sealed into its id, and kept by the ledger. */
import * as z from "zod/mini";
import { lazy } from "../lazy.ts";
import type { ObjectKey } from "../key/make.ts";
import { checksumSchema } from "../store/checksum.ts";
import type { Grant } from "./authorize.ts";
import { digestMetadata } from "./metadata.ts";

const common = lazy(() => ({
  /** The issuer and the id of the user. */
  iss: z.string(),
  sub: z.string(),
  /** The unguessable name of the upload. */
  jti: z.string(),
  /** When it was granted and when it expires: seconds since 1970. */
  iat: z.int(),
  exp: z.int(),
  policy: z.string(),
  store: z.string(),
  /** Where the object is in the end. */
  key: z.string(),
  /** Where the tickets lead, under a policy with a quarantine: its prefix and the key. */
  pendingKey: z.optional(z.string()),
  type: z.string(),
  checksum: z.optional(checksumSchema()),
  /** The SHA-256 of the granted metadata, or "none". Claims of the first release lack it. */
  metadata: z.optional(z.string()),
  /** The key contains the random `{id}` of this upload alone, so that the object may be deleted with it. */
  unique: z.boolean(),
  /** Where the embedded store is, which the configuration does not know. */
  origin: z.optional(z.string()),
}));

const multipartSchema = lazy(() =>
  z.object({
    ...common(),
    size: z.int(),
    /** The size of every part except the last one. */
    partSize: z.int(),
    /** The store's id; absent until the store has created the upload. */
    uploadId: z.optional(z.string()),
  }),
);

const absent = lazy(() => z.optional(z.literal(undefined)));

const singlePartSchema = lazy(() =>
  z.object({
    ...common(),
    size: z.int(),
    partSize: absent(),
    uploadId: absent(),
  }),
);

/** A single PUT whose size the client does not know. */
const unsizedSchema = lazy(() =>
  z.object({
    ...common(),
    size: absent(),
    /**
     * The least and the most bytes that may arrive. Claims of the first release lack `minBytes`. Without
     * `maxBytes`, which no release leaves out, only an empty object would fit.
     */
    minBytes: z._default(z.int(), 0),
    maxBytes: z._default(z.int(), 0),
    partSize: absent(),
    uploadId: absent(),
  }),
);

export const uploadClaimsSchema = lazy(() =>
  z.union([multipartSchema(), singlePartSchema(), unsizedSchema()]),
);

type MultipartClaims = Readonly<z.output<ReturnType<typeof multipartSchema>>>;
export type UploadClaims =
  | MultipartClaims
  | Readonly<z.output<ReturnType<typeof singlePartSchema>>>
  | Readonly<z.output<ReturnType<typeof unsizedSchema>>>;
/** A multipart upload that the store has created. */
export type CreatedMultipartClaims = MultipartClaims & { readonly uploadId: string };

interface ClaimContext {
  readonly jti: string;
  readonly now: Date;
  readonly requestOrigin: string;
}

/** Returns the key that the tickets lead to. */
export function ticketKeyOf({ key, pendingKey }: Pick<UploadClaims, "key" | "pendingKey">): string {
  return pendingKey ?? key;
}

/** A store checks the signature when a request starts, so that a slow PUT ends after its ticket. */
export const LATE_ARRIVAL_SECONDS = 15 * 60;

/** Returns until when an object is waited for, in milliseconds since 1970. Slower PUTs are found later. */
export function lastArrivalMs({ exp }: Pick<UploadClaims, "exp">): number {
  return (exp + LATE_ARRIVAL_SECONDS) * 1000;
}

/** Returns the claims of a granted upload. */
export function claimUpload(
  grant: Grant,
  key: ObjectKey,
  { jti, now, requestOrigin }: ClaimContext,
): UploadClaims {
  const iat = Math.floor(now.getTime() / 1000);
  const { parts, policy, size } = grant;
  const claims = {
    iss: grant.caller.issuer,
    sub: grant.caller.user,
    jti,
    iat,
    exp: iat + (parts ? policy.resumeWithin : grant.expiresInSeconds),
    policy: policy.name,
    store: grant.store.name,
    key: key.text,
    ...(policy.quarantine && { pendingKey: policy.quarantine.prefix + key.text }),
    type: grant.contentType,
    ...(grant.checksum && { checksum: grant.checksum }),
    metadata: digestMetadata(grant.metadata),
    unique: key.isUnique,
    ...(grant.store.origin === undefined && { origin: requestOrigin }),
  };
  if (parts) return { ...claims, size: parts.size, partSize: parts.partSize };
  if (size !== undefined) return { ...claims, size };
  return { ...claims, minBytes: policy.minBytes, maxBytes: grant.maxBytes };
}
