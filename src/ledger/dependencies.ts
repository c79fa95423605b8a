import type { AuditSender } from "../audit/deliver.ts";
import type { Quota } from "../config/policy-schema.ts";
import type { UploadClaims } from "../grant/upload-claims.ts";
import type { Log } from "../log.ts";
import type { Directory } from "./administer.ts";
import type { Meter } from "../meter.ts";
import type { Leftover, LeftObject, StoredPlace } from "./leftover.ts";
import type { Deliver } from "./outbox.ts";
import type { Promotion, PromotionGate } from "./promotion.ts";
import type { Outcome } from "./record.ts";

/** What a ledger needs of the service for the work of its alarm. */
export interface LedgerDependencies {
  readonly now: () => number;
  readonly random: () => number;
  readonly log: Log;
  /** Lists the ledgers that are stuck. */
  readonly directory: Pick<Directory, "addStuck" | "removeStuck">;
  readonly meter?: Meter | undefined;
  readonly quotaOf: (policy: string) => Quota | undefined;
  /** Sends a webhook; `undefined` where none is configured. */
  readonly deliver: Deliver | undefined;
  /** Writes and sends the events of an audit; `undefined` where none is configured. */
  readonly audit: AuditSender | undefined;
  /** Returns what arrived in the store; `undefined` for nothing. Throws where the store cannot be asked. */
  readonly verify: (claims: UploadClaims) => Promise<Outcome | undefined>;
  /** Checks and promotes what arrived under a policy with a quarantine. Throws where the store or the scanner cannot be asked. */
  readonly promote: (claims: UploadClaims, gate: PromotionGate) => Promise<Promotion>;
  /** Deletes what came where a promoted file was pending, and the final object if that was deleted. */
  readonly cleanUpPromoted: (claims: UploadClaims, isDeleted: boolean) => Promise<void>;
  /** Aborts a multipart upload in the store. Throws where the store cannot be asked. */
  readonly abortParts: (claims: UploadClaims) => Promise<void>;
  /** Deletes what an ended upload left in the store, and returns what was found. Throws where the store cannot be asked. */
  readonly cleanUp: (
    claims: UploadClaims,
    look: { readonly isKeyShared: boolean; readonly isLast: boolean },
  ) => Promise<Leftover>;
  /** Returns what the store has under a key; `undefined` for nothing. Throws where the store cannot be asked. */
  readonly measure: (place: StoredPlace) => Promise<LeftObject | undefined>;
}
