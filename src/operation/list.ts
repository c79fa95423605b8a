/** The caller's uploads, as the ledger has them. */
import type { Caller } from "../grant/authenticate.ts";
import { isWithinNarrowing } from "../grant/token-scope.ts";
import type { Position } from "../ledger/list.ts";
import type { Status, UploadRecord } from "../ledger/record.ts";
import { Problem, invalidRequest } from "../problem.ts";
import type { Service } from "../service.ts";
import { findRecord, ledgerFor, orUnavailable } from "./ledger.ts";

/** Throws `upload-not-found`, also for a policy that keeps no record. */
export async function findUpload(
  service: Service,
  caller: Caller,
  id: string,
): Promise<UploadRecord> {
  const claims = await service.uploadIds.open(id, caller);
  const ledger = ledgerFor(service, caller, claims);
  if (ledger) return findRecord(ledger, claims);
  throw new Problem(
    "upload-not-found",
    `The policy "${claims.policy}" keeps no record: ask with complete`,
  );
}

interface ListQuery {
  readonly status?: Status | undefined;
  readonly cursor?: string | undefined;
}

interface Listed {
  readonly uploads: readonly UploadRecord[];
  readonly cursor: string | undefined;
}

/** The newest first, fifty at a time. Throws `invalid-request` for a cursor that was never given. */
export async function listUploads(
  service: Service,
  caller: Caller,
  { status, cursor }: ListQuery,
): Promise<Listed> {
  const after = cursor === undefined ? undefined : parseCursor(cursor);
  const { uploads, next } = await orUnavailable(async () =>
    service.ledgerOf(caller).list({ status, after }),
  );
  const allowed = uploads.filter(({ claims }) => isWithinNarrowing(caller, claims));
  return { uploads: allowed, cursor: next && `${next.createdAtMs}.${next.id}` };
}

function parseCursor(cursor: string): Position {
  const [, createdAtMs, id] = /^(\d{1,15})\.([0-9a-f-]{36})$/.exec(cursor) ?? [];
  if (createdAtMs && id) return { createdAtMs: Number(createdAtMs), id };
  throw invalidRequest({ pointer: "/cursor", detail: "must be the cursor of an earlier answer" });
}
