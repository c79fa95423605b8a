/** A request that is sent again with its `Idempotency-Key`: docs/protocol.md, "Send a request again". */
import type { Grant } from "../grant/authorize.ts";
import { isInScope } from "../grant/token-scope.ts";
import type { UploadClaims } from "../grant/upload-claims.ts";
import { sha256Hex } from "../hash.ts";
import { outsidePrefix, recognizeKey, type ObjectKey } from "../key/make.ts";
import type { RequestIdentity } from "../ledger/limits.ts";
import type { UploadRecord } from "../ledger/record.ts";
import { Problem } from "../problem.ts";
import type { AllowedUpload } from "./allow.ts";

/** An upload that an earlier request has created, for which this one gets another ticket. */
interface RepeatedUpload {
  readonly grant: Grant;
  readonly key: ObjectKey;
  readonly claims: UploadClaims;
  /** When it is signed again, in seconds since 1970. */
  readonly repeatedAtSeconds: number;
}

/**
 * Returns what names the request in the caller's ledger, and what it asks for. A request without a choice is
 * the same as one that names what the policy chooses.
 */
export function identifyRequest(
  { grant, claims }: Pick<AllowedUpload, "grant" | "claims">,
  { idempotencyKey }: Pick<Repetition, "idempotencyKey">,
  position?: number,
): RequestIdentity {
  const { policy, type, size, partSize, checksum, metadata } = claims;
  const { caller, filename, isBackground } = grant;
  const { algorithm, value } = checksum ?? {};
  // Not the store: a client chooses none, and may ask again from another region.
  const asked = [policy, type, size, partSize, algorithm, value, metadata];
  return {
    name: sha256Hex(JSON.stringify([caller.digest, idempotencyKey, position])),
    fingerprint: sha256Hex(JSON.stringify([...asked, filename, isBackground])),
  };
}

/** What a request with an `Idempotency-Key` brings. */
export interface Repetition {
  readonly idempotencyKey: string;
  readonly now: () => number;
  readonly seal: (claims: UploadClaims) => string;
  /** Throws `revoked` for an upload that was. */
  readonly refuseRevoked: (claims: UploadClaims) => void;
}

/**
 * Returns the earlier upload with what is granted now. Its own expiry stays, so that no ticket of it outlives
 * the first one. Throws `revoked`, `already-completed` with its `id`, `upload-expired`, and `key-outside-prefix` for a
 * caller who may not use its key any more.
 */
export function repeatUpload(
  allowed: Pick<AllowedUpload, "grant" | "grantIn">,
  { claims, status }: UploadRecord,
  { now, seal, refuseRevoked }: Repetition,
): RepeatedUpload {
  refuseRevoked(claims);
  const grant = grantInStore(allowed, claims);
  const key = recognizeKey(claims.key, grant);
  if (!isInScope(grant.caller, claims)) throw outsidePrefix(claims.policy);
  if (status === "completed") {
    const detail = "This request has created an upload that is completed: complete its id again";
    throw new Problem("already-completed", detail, { extras: { id: seal(claims) } });
  }
  const repeatedAtSeconds = Math.floor(now() / 1000);
  const leftSeconds = claims.exp - repeatedAtSeconds;
  if (status !== "pending" || leftSeconds <= 0) {
    const ended = status === "pending" ? "expired" : status;
    const detail = `This request has created an upload that is ${ended}: use another Idempotency-Key`;
    throw new Problem("upload-expired", detail);
  }
  const expiresInSeconds = Math.min(grant.expiresInSeconds, leftSeconds);
  return { grant: { ...grant, expiresInSeconds }, key, claims, repeatedAtSeconds };
}

/** Returns the permission in the store of the upload. Throws `upload-expired` where the policy no longer has it. */
function grantInStore(
  { grant, grantIn }: Pick<AllowedUpload, "grant" | "grantIn">,
  { store: name }: UploadClaims,
): Grant {
  if (grant.store.name === name) return grant;
  const store = [...grant.policy.stores.values()].find((one) => one.name === name);
  if (store) return grantIn(store);
  const detail = `The policy has no store "${name}" any more: use another Idempotency-Key`;
  throw new Problem("upload-expired", detail);
}
