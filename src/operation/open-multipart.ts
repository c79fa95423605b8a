/** A multipart upload whose parts may be signed and listed. */
import type { Caller } from "../grant/authenticate.ts";
import { partsOf, type Parts } from "../grant/parts.ts";
import type { CreatedMultipartClaims, UploadClaims } from "../grant/upload-claims.ts";
import { Problem } from "../problem.ts";
import type { Service } from "../service.ts";
import type { ObjectLocation } from "../store/store.ts";
import type { Admitted } from "./admit.ts";
import { locateUpload, policyOf, ticketLocation, type LocatedUpload } from "./locate.ts";
import { findLedger, requireRecord } from "./record.ts";

declare const open: unique symbol;

/** Only `openAdmitted` and `openPending` make one. */
export interface OpenMultipart {
  readonly [open]: true;
  readonly location: ObjectLocation;
  readonly uploadId: string;
  readonly parts: Parts;
}

/** Returns an admitted upload that the store has just created. */
export function openAdmitted(
  admitted: Admitted,
  { uploadId, parts }: { readonly uploadId: string; readonly parts: Parts },
): OpenMultipart {
  return brand({ location: ticketLocation(admitted), uploadId, parts });
}

/**
 * Returns an earlier upload of the caller that is still pending. Throws `upload-not-found`,
 * `upload-expired`, `already-completed`, and `invalid-request` for a single-part upload.
 */
export async function openPending(
  service: Service,
  caller: Caller,
  claims: UploadClaims,
): Promise<OpenMultipart & LocatedUpload<CreatedMultipartClaims>> {
  const multipart = requireMultipart(claims);
  await requirePending(service, caller, multipart);
  const located = locateUpload(service, multipart);
  const { uploadId, size, partSize } = multipart;
  const { location } = located;
  return { ...located, ...brand({ location, uploadId, parts: partsOf(size, partSize) }) };
}

/** Returns the claims of a created multipart upload. Throws `invalid-request` for a single-part upload. */
export function requireMultipart(claims: UploadClaims): CreatedMultipartClaims {
  if (claims.uploadId !== undefined) return { ...claims, uploadId: claims.uploadId };
  throw new Problem("invalid-request", "This is a single-part upload: it has no parts");
}

async function requirePending(
  service: Service,
  caller: Caller,
  claims: UploadClaims,
): Promise<void> {
  policyOf(service, claims);
  const ledger = findLedger(service, caller, claims);
  const { status } = ledger ? await requireRecord(ledger, claims) : { status: "pending" };
  if (status === "completed")
    throw new Problem("already-completed", "The upload is completed: it accepts no more parts");
  if (status === "pending" && service.now() < claims.exp * 1000) return;
  throw new Problem(
    "upload-expired",
    `The upload is ${status === "pending" ? "expired" : status}: create a new one`,
  );
}

function brand(upload: Omit<OpenMultipart, typeof open>): OpenMultipart {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the maker of the brand
  return upload as OpenMultipart;
}
