/** What the alarm of a ledger does: it ends due uploads, looks at stored objects, sends webhooks and events of the audit, and says if it is stuck. */
import { ticketKeyOf, type UploadClaims } from "../grant/upload-claims.ts";
import { describeError } from "../log.ts";
import { sendEvents } from "./audit-outbox.ts";
import { countLeftover } from "./count-leftover.ts";
import type { LedgerDependencies } from "./dependencies.ts";
import { handleDueUploads, type AlarmDependencies } from "./handle-due-uploads.ts";
import { ALARM, hold, letGo } from "./hold.ts";
import { lookAtStored } from "./look-at-stored.ts";
import { sendDue } from "./outbox.ts";
import type { PromotionGate } from "./promotion.ts";
import { reportStuck } from "./report-stuck.ts";
import { isKeyShared } from "./settle.ts";
import { settleUpload } from "./settle-upload.ts";
import type { LedgerStorage } from "./storage.ts";
import { forgetObject } from "./stored.ts";

interface Alarm {
  readonly ledger: LedgerStorage;
  /** The id of the Durable Object. */
  readonly id: string;
  /** Throws for an invalid configuration: then the alarm waits for a deployment that is valid. */
  readonly getDependencies: () => LedgerDependencies;
}

/** Never throws: the platform retries an alarm only a few times, and then drops it. */
export async function runAlarm({ ledger, id, getDependencies }: Alarm): Promise<void> {
  const { sql } = ledger;
  ledger.alarmHasCome();
  const dependencies = readDependencies(getDependencies);
  if (!dependencies) return ledger.scheduleRetry();
  const attempt = async (work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      dependencies.log("alarm-failed", { reason: describeError(error) });
      return false;
    }
  };
  if (!(await attempt(async () => ledger.open()))) return ledger.scheduleRetry();
  await attempt(async () => handleDueUploads(sql, alarmDependencies(ledger, dependencies)));
  await attempt(async () => {
    if (ledger.countsStored) await lookAtStored(sql, dependencies);
  });
  await attempt(async () => {
    const { deliver } = dependencies;
    if (deliver) await sendDue(sql, deliver, dependencies);
  });
  await attempt(async () => {
    const { audit } = dependencies;
    if (audit && ledger.hasAudit) await sendEvents(sql, audit.deliver, dependencies);
  });
  await attempt(async () => reportStuck(ledger, id, dependencies));
  await ledger.schedule();
}

function readDependencies(
  getDependencies: () => LedgerDependencies,
): LedgerDependencies | undefined {
  try {
    return getDependencies();
  } catch {
    return undefined;
  }
}

function alarmDependencies(
  ledger: LedgerStorage,
  dependencies: LedgerDependencies,
): AlarmDependencies {
  const { sql } = ledger;
  const { promote, cleanUp, quotaOf, now } = dependencies;
  const countsObjects = ({ policy }: UploadClaims) => quotaOf(policy)?.objects !== undefined;
  return {
    ...dependencies,
    promote: async (claims) => promote(claims, gateOf(ledger, claims, dependencies)),
    cleanUp: async (claims, isLast) => {
      const found = await cleanUp(claims, { isKeyShared: isKeyShared(sql, claims), isLast });
      // It may have been counted as a leftover before.
      if (found.kind !== "stays" && countsObjects(claims) && ledger.countsStored) {
        const gone = { key: ticketKeyOf(claims), stores: [claims.store] };
        ledger.transact(() => forgetObject(sql, gone, now()));
      }
      return found;
    },
    countLeftover: (claims, object) =>
      ledger.transact(() => {
        const quota = quotaOf(claims.policy);
        ledger.prepareFor(quota);
        countLeftover(sql, { claims, object, quota }, now());
        return countsObjects(claims);
      }),
    settle: (id, outcome) =>
      void ledger.transact(() =>
        settleUpload(ledger, { id, outcome, nowMs: now(), by: "alarm" }, dependencies),
      ),
  };
}

/** The alarm is one promotion at a time of each upload. */
function gateOf(
  ledger: LedgerStorage,
  { jti }: UploadClaims,
  { now, meter }: LedgerDependencies,
): PromotionGate {
  const { sql } = ledger;
  const holder = ALARM;
  return {
    hold: async (forMs) =>
      ledger.transact(() => hold(sql, jti, { holder, untilMs: now() + forMs, nowMs: now() })),
    letGo: async (isOver) =>
      ledger.transact(() => letGo(sql, jti, { holder, isOver, meter, nowMs: now() })),
  };
}
