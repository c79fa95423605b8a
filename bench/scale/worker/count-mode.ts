/** Counts what uploads of one user cost in one mode, from the tickets until their records are deleted. */
import { MAX_SIGNED_PARTS } from "../../../src/grant/parts.ts";
import { consumeEvents } from "../../../src/queue/consume.ts";
import type { Counted } from "../modes.ts";
import { MEASURED_PARTS, type Usage } from "../../../cli/costs/usage.ts";
import { ACCOUNT } from "../../identity.ts";
import type { LedgerBinding } from "./ledgers.ts";
import { createOutside, keyOf } from "./outside.ts";
import { createSchedule } from "./schedule.ts";
import type { PolicyName } from "./service.ts";
import { createSimulatedService } from "./simulated-service.ts";
import { ticketSchema } from "./user.ts";

const START_MS = Date.UTC(2030, 0, 1);
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Uploads are so far apart that each has its own alarms. */
const PAUSE_MS = 10 * MINUTE_MS;
/** After that no record is left. */
const END_MS = START_MS + 20 * DAY_MS;
const PART_BYTES = 5 * 1024 * 1024;
const PHOTO_BYTES = 3_000_000;

/** How the uploads of a mode are made. */
interface Setup {
  readonly policy: PolicyName;
  readonly hasWebhook?: boolean;
  readonly hasKey?: boolean;
  readonly hasEvents?: boolean;
  readonly hasAudit?: boolean;
  readonly revocations?: boolean;
  /** Of a multipart upload. */
  readonly parts?: number;
}

const SETUPS: Readonly<Record<Counted, Setup>> = {
  stateless: { policy: "stateless" },
  record: { policy: "recorded" },
  quota: { policy: "counted" },
  idempotency: { policy: "counted", hasKey: true },
  webhook: { policy: "counted", hasWebhook: true },
  events: { policy: "counted", hasWebhook: true, hasEvents: true },
  stored: { policy: "kept", hasWebhook: true },
  parts: { policy: "video", hasWebhook: true, parts: MAX_SIGNED_PARTS },
  multipart: { policy: "video", hasWebhook: true, parts: MEASURED_PARTS },
  quarantine: { policy: "checked", hasWebhook: true },
  audit: { policy: "counted", hasWebhook: true, hasAudit: true },
  auditOnly: { policy: "stateless", hasAudit: true },
  revocations: { policy: "stateless", revocations: true },
  everything: {
    policy: "everything",
    hasWebhook: true,
    hasKey: true,
    hasAudit: true,
    revocations: true,
  },
};

/** Returns what each upload costs after the first ones, which create the ledger. */
export async function countMode(mode: Counted, binding: LedgerBinding): Promise<Usage> {
  const few = await runUploads(mode, 10, binding);
  const more = await runUploads(mode, 30, binding);
  const each = (name: keyof Usage) => (more[name] - few[name]) / 20;
  return {
    workerRequests: each("workerRequests"),
    calls: each("calls"),
    alarms: each("alarms"),
    rowsRead: each("rowsRead"),
    rowsWritten: each("rowsWritten"),
    alarmMs: each("alarmMs"),
    queueMessages: each("queueMessages"),
    storeWrites: each("storeWrites"),
    storeReads: each("storeReads"),
  };
}

/** Runs so many uploads of one user, until their records are deleted. */
export async function runUploads(
  mode: Counted,
  count: number,
  binding: LedgerBinding,
): Promise<Usage> {
  const { policy, hasWebhook = false, parts, ...setup } = SETUPS[mode];
  const schedule = createSchedule(START_MS);
  const outside = createOutside({
    storeHealth: () => "up",
    receiverHealth: () => "up",
    partCount: parts ?? 0,
  });
  let [workerRequests, queueMessages] = [0, 0];
  const background: Promise<unknown>[] = [];
  const audit = {
    async sendBatch(messages: readonly unknown[]) {
      queueMessages += messages.length;
    },
  };
  const ledger = { calls: 0, alarms: 0, rowsRead: 0, rowsWritten: 0, alarmMs: 0 };
  const { post, getService } = createSimulatedService({
    binding,
    schedule,
    outside,
    seed: 1,
    hasWebhook,
    extras: {
      ...(setup.hasAudit && { audit }),
      revocations: setup.revocations === true,
      waitUntil: (work) => background.push(work),
    },
    onOperation({ method, rowsRead, rowsWritten, busyMs }) {
      if (method === "alarm") ledger.alarms += 1;
      else ledger.calls += 1;
      ledger.rowsRead += rowsRead;
      ledger.rowsWritten += rowsWritten;
      ledger.alarmMs += busyMs;
    },
  });
  const send = async (path: string, body: object, key?: string) => {
    workerRequests += 1;
    const user = { "x-user": `${mode}-${count}` };
    const headers = { ...user, ...(key !== undefined && { "idempotency-key": key }) };
    const answer = await post(path, body, headers);
    await Promise.all(background.splice(0));
    if (answer.status < 300) return answer.body;
    throw new Error(`Cannot count ${mode}: ${answer.status} ${JSON.stringify(answer.body)}`);
  };
  const upload = async (index: number) => {
    const ticket = await send(
      "/v1/uploads",
      parts !== undefined
        ? {
            policy,
            filename: "holiday.mp4",
            contentType: "video/mp4",
            size: parts * PART_BYTES,
            partSize: PART_BYTES,
          }
        : { policy, filename: "holiday.jpg", contentType: "image/jpeg", size: PHOTO_BYTES },
      setup.hasKey ? `upload-${index}` : undefined,
    );
    const { id, key, url } = ticketSchema.parse(ticket);
    if (parts !== undefined) {
      // The first ones came with the upload.
      for (let first = 1 + MAX_SIGNED_PARTS; first <= parts; first += MAX_SIGNED_PARTS) {
        const partNumbers = Array.from({ length: MAX_SIGNED_PARTS }, (_, part) => first + part);
        // oxlint-disable-next-line no-await-in-loop -- as a client does
        await send(`/v1/uploads/${id}/parts`, { partNumbers });
      }
      for (let part = 1; part <= parts; part += 1) outside.putPart();
    } else {
      outside.put(keyOf(new URL(url ?? "").pathname), PHOTO_BYTES);
    }
    if (!setup.hasEvents) {
      await send(`/v1/uploads/${id}/complete`, {});
      return;
    }
    // A batch of one: a request to the Worker.
    workerRequests += 1;
    queueMessages += 1;
    const body = { account: ACCOUNT, action: "PutObject", bucket: "media", object: { key } };
    const message = { body, attempts: 1, ack: () => undefined, retry: () => undefined };
    await consumeEvents({ messages: [message] }, getService, () => undefined);
  };
  for (let index = 0; index < count; index += 1)
    schedule.at(START_MS + (index + 1) * PAUSE_MS, async () => upload(index));
  await schedule.runUntil(END_MS);
  const { PUT = 0, POST = 0, LIST = 0, HEAD = 0, GET = 0 } = outside.requests;
  const store = { storeWrites: PUT + POST + LIST, storeReads: HEAD + GET };
  return { workerRequests, queueMessages, ...ledger, ...store };
}
