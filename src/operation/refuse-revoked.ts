/** Refuses what was revoked, where the configuration has `revocations: true`. */
import type { Caller } from "../grant/authenticate.ts";
import type { UploadClaims } from "../grant/upload-claims.ts";
import type { Service } from "../service.ts";

/** Throws `revoked` and `ledger-unavailable`. Sessions and callers of a service binding have an `iat` if the app gives one. */
export function refuseRevokedToken({ revocations }: Service, caller: Caller): void {
  revocations?.refuse(caller, { what: "token", issuedAt: caller.claims["iat"] });
}

/** Does the same for an upload of the caller, when it is found without its id. */
export function refuseRevokedUpload(
  { revocations }: Service,
  caller: Caller,
  { iat }: Pick<UploadClaims, "iat">,
): void {
  revocations?.refuse(caller, { what: "upload", issuedAt: iat });
}
