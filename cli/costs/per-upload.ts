/** What one upload uses under a policy: what was counted for each thing that the policy has, added up. */
import { MAX_SIGNED_PARTS, planParts } from "../../src/grant/parts.ts";
import type { Features } from "./features.ts";
import { MEASURED } from "./measured.ts";
import { MEASURED_PARTS, addUsages, type Usage } from "./usage.ts";

/** What was counted with one thing, and without it. */
type Difference = readonly [withIt: Usage, without: Usage, times?: number];

const { stateless, record, quota, webhook, stored, idempotency, events, quarantine } = MEASURED;
const NO_LEDGER = { calls: 0, alarms: 0, rowsRead: 0, rowsWritten: 0, alarmMs: 0 } as const;

/** Returns what an upload of this size uses, from its ticket until its record is deleted. */
export function usageOf(features: Features, bytes: number): Usage {
  const differences = [...differencesOf(features), ...differencesOfParts(features, bytes)];
  const usage = addUsages([
    [stateless, 1],
    ...differences.flatMap(([withIt, without, times = 1]) => [
      [withIt, times] as const,
      [without, -times] as const,
    ]),
  ]);
  return features.hasLedger ? usage : { ...usage, ...NO_LEDGER };
}

function differencesOf(features: Features): readonly Difference[] {
  const { hasLedger, hasWindows, hasStored, hasWebhook, hasEvents, hasQuarantine, audit } =
    features;
  if (!hasLedger) return audit === "queue" ? [[MEASURED.auditOnly, stateless]] : [];
  const all: readonly (readonly [boolean, ...Difference])[] = [
    [true, record, stateless],
    [true, idempotency, quota],
    [hasWindows, quota, record],
    // It was counted without windows.
    [hasStored, stored, webhook],
    [hasStored, quota, record],
    [hasWebhook, webhook, quota],
    [hasEvents, events, webhook],
    [hasQuarantine, quarantine, webhook],
    [audit !== undefined, MEASURED.audit, webhook],
    // A server takes the events in place of a queue.
    [audit === "url", stateless, MEASURED.auditOnly],
  ];
  return all.flatMap(([isOn, ...difference]) => (isOn ? [difference] : []));
}

/** None for a file that is one PUT. */
function differencesOfParts(
  { multipartFrom, maxParts }: Features,
  bytes: number,
): readonly Difference[] {
  if (multipartFrom === undefined || bytes < multipartFrom) return [];
  const count = planParts(bytes, maxParts)?.partCount ?? maxParts;
  const { parts, multipart } = MEASURED;
  const measured = MEASURED_PARTS - MAX_SIGNED_PARTS;
  const more = Math.ceil(count / MAX_SIGNED_PARTS) - 1;
  const { storeWrites: _, ...requests } = multipart;
  const onePut = { ...stateless, storeWrites: 0 };
  const onePart = { ...stateless, storeWrites: 1 };
  return [
    [parts, webhook],
    [{ ...requests, storeWrites: parts.storeWrites }, parts, (more * MAX_SIGNED_PARTS) / measured],
    [onePart, onePut, count - MAX_SIGNED_PARTS],
  ];
}
