/** What an audit tells of: who did what, under which policy, and what was decided. docs/audit.md has each. */
import type { Owner } from "../grant/owner.ts";
import type { UploadClaims } from "../grant/upload-claims.ts";
import type { ProblemCode } from "../problem.ts";

export type ActType =
  | "upload.granted"
  | "upload.refused"
  | "upload.completed"
  | "upload.rejected"
  | "upload.expired"
  | "upload.aborted"
  | "download.granted"
  | "download.refused"
  | "object.deleted"
  | "deletion.refused"
  | "credentials.issued"
  | "credentials.refused"
  | "identity.refused"
  | "admin.called";

export interface Act {
  readonly type: ActType;
  /** Of a refusal. */
  readonly code?: ProblemCode | undefined;
  /** Who: a user, or an admin. Absent where nobody was recognized. */
  readonly issuer?: string | undefined;
  readonly user?: string | undefined;
  readonly policy?: string | undefined;
  readonly store?: string | undefined;
  readonly key?: string | undefined;
  /** As the receipt (`jti`), the webhook (`data.id`) and the log name it. */
  readonly upload?: string | undefined;
  /** In bytes. */
  readonly size?: number | undefined;
  readonly contentType?: string | undefined;
  readonly etag?: string | undefined;
  /** Why a file was rejected. */
  readonly reasons?: readonly string[] | undefined;
  /** What credentials allow, and under which prefix. */
  readonly actions?: readonly string[] | undefined;
  readonly prefix?: string | undefined;
  readonly expiresAt?: string | undefined;
  /** What an admin's request was about. */
  readonly target?: Target | undefined;
  readonly requestId?: string | undefined;
  readonly method?: string | undefined;
  /** The pattern of the route, never the path. */
  readonly route?: string | undefined;
  readonly country?: string | undefined;
}

/** Whom or what an admin asked about, as the request named it. */
export type Target = Readonly<
  Partial<Record<"user" | "issuer" | "key" | "id" | "message", string | undefined>>
> & { readonly all?: true | undefined };

/** An act about one upload, which may be told more than once. */
export type UploadAct = Act & { readonly upload: string };

/** An act of a request. One under a policy with a quota is sent by the ledger of its owner. */
export interface RequestAct extends Act {
  readonly ledger?: Pick<Owner, "digest"> | undefined;
}

/** Returns the act of granting an upload. */
export function grantOf(claims: UploadClaims): UploadAct {
  const expiresAt = new Date(claims.exp * 1000).toISOString();
  return { ...actOf("upload.granted", claims), expiresAt };
}

/** Returns an act about an upload. */
export function actOf(type: ActType, claims: UploadClaims): UploadAct {
  const { iss: issuer, sub: user, policy, store, key, jti: upload, size } = claims;
  return { type, issuer, user, policy, store, key, upload, size, contentType: claims.type };
}
