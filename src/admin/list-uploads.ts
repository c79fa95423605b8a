/** Lists a user's uploads, with the webhook messages that wait. */
import type { WaitingMessage } from "../ledger/administer.ts";
import { joinPages, type Position } from "../ledger/page.ts";
import type { Status, UploadRecord } from "../ledger/record.ts";
import { parseCursor, writeCursor } from "../operation/list.ts";
import type { Service } from "../service.ts";
import type { NamedUser } from "./find-user.ts";
import { findLedgers, type UnreachedPolicy } from "./user-ledgers.ts";

export interface UserUpload {
  /** As the user has it. */
  readonly id: string;
  readonly record: UploadRecord;
}

export interface UserUploads {
  readonly uploads: readonly UserUpload[];
  readonly cursor: string | undefined;
  readonly outbox: readonly WaitingMessage[];
  readonly unreached: readonly UnreachedPolicy[];
}

interface ListQuery {
  readonly status?: Status | undefined;
  readonly cursor?: string | undefined;
}

/** Returns 50 uploads, newest first. Throws `invalid-request` for a malformed cursor, and `ledger-unavailable`. */
export async function listUserUploads(
  service: Service,
  user: NamedUser,
  { status, cursor }: ListQuery,
): Promise<UserUploads> {
  const after: Position | undefined = cursor === undefined ? undefined : parseCursor(cursor);
  const { ledgers, unreached } = findLedgers(service, user);
  const { issuer, user: name } = user;
  const [pages, outboxes] = await Promise.all([
    Promise.all(ledgers.map(async ({ ledger, owner }) => ledger.list({ status, after, owner }))),
    Promise.all(ledgers.map(async ({ ledger }) => ledger.readOutbox({ issuer, user: name }))),
  ]);
  const { uploads, next } = joinPages(pages);
  return {
    uploads: uploads.map((record) => ({
      id: service.uploadIds.seal(record.claims, user),
      record,
    })),
    cursor: next && writeCursor(next),
    outbox: outboxes.flat(),
    unreached,
  };
}
