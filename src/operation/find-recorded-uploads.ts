/** Finds the open multipart uploads of a user that a ledger has recorded. */
import type { UploadClaims } from "../grant/upload-claims.ts";
import type { Ledger } from "../ledger/client.ts";
import type { Position } from "../ledger/page.ts";
import type { Service } from "../service.ts";
import { endAborted } from "./abort.ts";

/** An open upload, and how it is aborted. */
export interface OpenUpload {
  readonly abort: () => Promise<void>;
}

export interface OpenUploads {
  readonly uploads: readonly OpenUpload[];
  /** Whether everything was looked at. */
  readonly isComplete: boolean;
}

export interface Bounds {
  /** Only those that were created until then. */
  readonly beforeMs: number;
  /** No more than these are needed. */
  readonly limit: number;
}

/** Reads every page of the pending uploads of a user's own ledger. Throws `ledger-unavailable`. */
export async function findRecordedUploads(
  service: Service,
  ledger: Ledger,
  { beforeMs, limit }: Bounds,
): Promise<OpenUploads> {
  const uploads: OpenUpload[] = [];
  let after: Position | undefined;
  do {
    // oxlint-disable-next-line no-await-in-loop -- each page starts where the last one ended
    const page = await ledger.list({ status: "pending", after });
    for (const { claims } of page.uploads)
      if (claims.partSize !== undefined && claims.iat * 1000 <= beforeMs)
        uploads.push({ abort: async () => abortRecorded(service, ledger, claims) });
    after = page.next;
  } while (after && uploads.length < limit);
  return { uploads, isComplete: after === undefined };
}

/** Throws `ledger-unavailable`. */
export async function abortRecorded(
  service: Service,
  ledger: Ledger,
  { jti }: UploadClaims,
): Promise<void> {
  const record = await ledger.settle(jti, { status: "aborted" });
  if (record) await endAborted(service, ledger, record);
}
