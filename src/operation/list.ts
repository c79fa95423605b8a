/** Reads the caller's uploads from the ledgers that have them. */
import type { Caller } from "../grant/authenticate.ts";
import { isInScope } from "../grant/token-scope.ts";
import { hasQuotaOwner, quotaOwnerOf } from "../grant/quota-owner.ts";
import { joinPages, type Page, type PageQuery, type Position } from "../ledger/page.ts";
import type { Status, UploadRecord } from "../ledger/record.ts";
import { Problem, invalidRequest } from "../problem.ts";
import type { Service } from "../service.ts";
import { publicUrlOf } from "./public-url.ts";
import { findLedger, requireRecord } from "./record.ts";

/** A record with its sealed id. */
export interface ListedUpload {
  readonly id: string;
  readonly record: UploadRecord;
  /** Where anybody reads a completed object, if its store has a `publicBaseUrl`. */
  readonly publicUrl: string | undefined;
}

interface ListQuery {
  readonly status?: Status | undefined;
  readonly cursor?: string | undefined;
}

interface UploadPage {
  readonly uploads: readonly ListedUpload[];
  readonly cursor: string | undefined;
}

/** Returns one upload. Throws `upload-not-found`, also for a policy without a quota, which keeps no records. */
export async function findUpload(
  service: Service,
  caller: Caller,
  id: string,
): Promise<ListedUpload> {
  const claims = await service.uploadIds.open(id, caller);
  const ledger = findLedger(service, caller, claims);
  if (ledger) return toListed(service, id, await requireRecord(ledger, claims));
  throw new Problem(
    "upload-not-found",
    `The policy "${claims.policy}" keeps no records: ask with complete`,
  );
}

/** Returns 50 uploads, newest first. Throws `invalid-request` for a malformed cursor. */
export async function listUploads(
  service: Service,
  caller: Caller,
  { status, cursor }: ListQuery,
): Promise<UploadPage> {
  const after = cursor === undefined ? undefined : parseCursor(cursor);
  const { uploads, next } = await readLedgers(service, caller, { status, after });
  const allowed = uploads.filter(({ claims }) => isInScope(caller, claims));
  const listed = allowed.map((record) =>
    toListed(service, service.uploadIds.seal(record.claims, caller), record),
  );
  return { uploads: listed, cursor: next && writeCursor(next) };
}

/** Reads the caller's ledger, and those of the quotas that the caller shares: of these only what is the caller's own. */
async function readLedgers(service: Service, caller: Caller, query: PageQuery): Promise<Page> {
  const owners = [...service.config.policies.values()].flatMap((policy) =>
    policy.quotaClaim !== undefined && hasQuotaOwner(policy, caller)
      ? [quotaOwnerOf(policy, caller).digest]
      : [],
  );
  const pages = await Promise.all([
    service.ledgerOf(caller).list(query),
    ...Array.from(new Set(owners), async (digest) =>
      service.ledgerOf({ digest }).list({ ...query, owner: caller.digest }),
    ),
  ]);
  return joinPages(pages);
}

function toListed(service: Service, id: string, record: UploadRecord): ListedUpload {
  const publicUrl =
    record.status === "completed"
      ? publicUrlOf(service, record.claims, record.verified)
      : undefined;
  return { id, record, publicUrl };
}

/** Returns the position as a text that clients send back. */
export function writeCursor({ createdAtMs, id }: Position): string {
  return `${createdAtMs}.${id}`;
}

/** Throws `invalid-request` for a malformed cursor. */
export function parseCursor(cursor: string): Position {
  const [, createdAtMs, id] = /^(\d{1,15})\.([0-9a-f-]{36})$/.exec(cursor) ?? [];
  if (createdAtMs && id) return { createdAtMs: Number(createdAtMs), id };
  throw invalidRequest({ pointer: "/cursor", detail: "must be the cursor of an earlier answer" });
}
