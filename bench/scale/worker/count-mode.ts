/** Counts what uploads of one user cost in one mode, from the tickets until their records are deleted. */
import { consumeEvents } from "../../../src/queue/consume.ts";
import type { Mode } from "../modes.ts";
import type { Usage } from "../../../cli/costs/usage.ts";
import { ACCOUNT } from "../../identity.ts";
import type { LedgerBinding } from "./ledgers.ts";
import { createOutside } from "./outside.ts";
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
const PART_COUNT = 100;
const PARTS_A_REQUEST = 25;
const PART_BYTES = 5 * 1024 * 1024;
const PHOTO_BYTES = 3_000_000;

const POLICIES: Readonly<Record<Mode, PolicyName>> = {
  stateless: "stateless",
  quota: "counted",
  idempotency: "counted",
  webhook: "counted",
  events: "counted",
  stored: "kept",
  multipart: "video",
};
const WITHOUT_WEBHOOK: ReadonlySet<Mode> = new Set(["stateless", "quota", "idempotency"]);

/** Returns what each upload costs after the first ones, which create the ledger. */
export async function countMode(mode: Mode, binding: LedgerBinding): Promise<Usage> {
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
  mode: Mode,
  count: number,
  binding: LedgerBinding,
): Promise<Usage> {
  const schedule = createSchedule(START_MS);
  const outside = createOutside({
    storeHealth: () => "up",
    receiverHealth: () => "up",
    partCount: PART_COUNT,
  });
  let [workerRequests, queueMessages] = [0, 0];
  const ledger = { calls: 0, alarms: 0, rowsRead: 0, rowsWritten: 0, alarmMs: 0 };
  const { post, getService } = createSimulatedService({
    binding,
    schedule,
    outside,
    seed: 1,
    hasWebhook: !WITHOUT_WEBHOOK.has(mode),
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
    if (answer.status < 300) return answer.body;
    throw new Error(`Cannot count ${mode}: ${answer.status} ${JSON.stringify(answer.body)}`);
  };
  const upload = async (index: number) => {
    const policy = POLICIES[mode];
    const isMultipart = mode === "multipart";
    const ticket = await send(
      "/v1/uploads",
      isMultipart
        ? {
            policy,
            filename: "holiday.mp4",
            contentType: "video/mp4",
            size: PART_COUNT * PART_BYTES,
            partSize: PART_BYTES,
          }
        : { policy, filename: "holiday.jpg", contentType: "image/jpeg", size: PHOTO_BYTES },
      mode === "idempotency" ? `upload-${index}` : undefined,
    );
    const { id, key } = ticketSchema.parse(ticket);
    if (isMultipart) {
      // The first ones came with the upload.
      for (let first = 1 + PARTS_A_REQUEST; first <= PART_COUNT; first += PARTS_A_REQUEST) {
        const partNumbers = Array.from({ length: PARTS_A_REQUEST }, (_, part) => first + part);
        // oxlint-disable-next-line no-await-in-loop -- as a client does
        await send(`/v1/uploads/${id}/parts`, { partNumbers });
      }
      for (let part = 1; part <= PART_COUNT; part += 1) outside.putPart();
    } else {
      outside.put(key, PHOTO_BYTES);
    }
    if (mode !== "events") {
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
  const { PUT = 0, POST = 0, LIST = 0, HEAD: storeReads = 0 } = outside.requests;
  return { workerRequests, queueMessages, ...ledger, storeWrites: PUT + POST + LIST, storeReads };
}
