/** The steps of `edge-presigner smoke`. A file that was stored is deleted again, whatever fails after it. */
import { setTimeout as wait } from "node:timers/promises";
import * as z from "zod/mini";
import { createRequestSender, type SendRequest } from "../doctor/send-request.ts";
import {
  completedSchema,
  pendingSchema,
  healthSchema,
  policiesSchema,
  signedSchema,
  ticketSchema,
  type Completed,
  type SmokePolicy,
  type SmokeTicket,
} from "./answers.ts";
import { askStore, createAskWorker, type AskWorker } from "../ask-worker.ts";
import { WorkerError } from "../open-uploader.ts";
import { fileFor, findPolicy } from "./policy.ts";
import { createSteps, type Step, type Steps } from "./steps.ts";
import { verifyReceipt } from "./verify-receipt.ts";

/** A minute for a scanner. */
const MAX_QUESTIONS = 20;
const PAUSE_MS = 3000;

export interface SmokeResult {
  /** No step has failed. */
  readonly isGood: boolean;
  readonly steps: readonly Step[];
}

interface SmokeRequest {
  readonly url: URL;
  readonly token: string;
  /** `undefined`: the default policy. */
  readonly policy: string | undefined;
  /** What the receipt must name. */
  readonly receipts: { readonly issuer: string; readonly audience: string };
}

/** Runs the steps until one fails. Whatever the Worker or the store answers is the result of a step. */
export async function runSmoke(request: SmokeRequest): Promise<SmokeResult> {
  const steps = createSteps(() => performance.now());
  const send = createRequestSender(new AbortController().signal);
  try {
    await smoke(request, { steps, send, ask: createAskWorker(request, send) });
  } catch (error) {
    if (!(error instanceof WorkerError)) throw error;
  }
  return { isGood: steps.done.every(({ result }) => result !== "bad"), steps: steps.done };
}

interface Tools {
  readonly steps: Steps;
  readonly send: SendRequest;
  readonly ask: AskWorker;
}

async function smoke({ url, policy: name, receipts }: SmokeRequest, tools: Tools): Promise<void> {
  const { steps, send, ask } = tools;
  await steps.run("worker", async () => {
    const { version } = await ask({ method: "GET", path: "/healthz", answer: healthSchema });
    return { message: `runs version ${version}`, value: undefined };
  });
  const policy = await steps.run("policy", async () => {
    const all = await ask({ method: "GET", path: "/v1/policies", answer: policiesSchema });
    const value = findPolicy(all, name);
    return { message: value.name, value };
  });
  const file = fileFor(policy);
  const ticket = await steps.run("ticket", async () => {
    const body = {
      policy: policy.name,
      contentType: file.contentType,
      filename: `smoke.${file.extension}`,
      size: file.bytes.length,
      checksum: file.checksum,
      ...(policy.multipartFrom !== undefined && { multipart: false }),
    };
    const path = "/v1/uploads";
    const value = await ask({ method: "POST", path, body, answer: ticketSchema });
    return { message: value.key, value };
  });
  try {
    await steps.run("put", async () => {
      await askStore(send, ticket.url, {
        method: ticket.method,
        headers: ticket.headers,
        body: file.bytes,
      });
      return { message: `${file.bytes.length} bytes of ${file.contentType}`, value: undefined };
    });
    const { receipt } = await steps.run("complete", async () => {
      const value = await completeInTime(ask, ticket);
      return { message: "the file has arrived as it was granted", value };
    });
    await steps.run("receipt", async () => verifyReceipt(receipt, url, receipts));
    await readAgain(tools, { policy, key: ticket.key, bytes: file.bytes });
  } finally {
    await removeAgain(tools, policy, ticket);
  }
}

/** Asks again while the file is in quarantine. Throws `WorkerError`. */
async function completeInTime(ask: AskWorker, { id }: SmokeTicket): Promise<Completed> {
  const path = `/v1/uploads/${id}/complete`;
  const answer = z.union([completedSchema, pendingSchema]);
  for (let questions = 0; questions < MAX_QUESTIONS; questions += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one question after the other
    const completed = await ask({ method: "POST", path, answer });
    if ("receipt" in completed) return completed;
    // oxlint-disable-next-line no-await-in-loop -- a pause before the next question
    await wait(PAUSE_MS);
  }
  throw new WorkerError(
    "The file is still in quarantine: look for scanner-failed in the log of the Worker",
  );
}

interface StoredFile {
  readonly policy: SmokePolicy;
  readonly key: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

async function readAgain(
  { steps, ask, send }: Tools,
  { policy, key, bytes }: StoredFile,
): Promise<void> {
  if (!policy.download) {
    steps.skip("download", "the policy allows none");
    return;
  }
  await steps.run("download", async () => {
    const body = { policy: policy.name, key };
    const path = "/v1/downloads";
    const ticket = await ask({ method: "POST", path, body, answer: signedSchema });
    const answer = await askStore(send, ticket.url, { headers: ticket.headers });
    if (!answer.bytes || Buffer.compare(answer.bytes, bytes) !== 0)
      throw new WorkerError("The store returned other bytes than were sent");
    return { message: "the same bytes", value: undefined };
  });
}

/** Deletes the file, or aborts the upload where the policy allows no deletion and nothing is completed. */
async function removeAgain(
  { steps, ask }: Tools,
  policy: SmokePolicy,
  { id, key }: SmokeTicket,
): Promise<void> {
  const isCompleted = steps.done.some((step) => step.name === "complete" && step.result === "good");
  if (isCompleted && !policy.delete) {
    steps.skip("delete", `the policy allows none: ${key} stays in the bucket`);
    return;
  }
  const nothing = z.undefined();
  await steps.run("delete", async () => {
    if (isCompleted) {
      const body = { policy: policy.name, key };
      await ask({ method: "DELETE", path: "/v1/objects", body, answer: nothing });
    } else await ask({ method: "DELETE", path: `/v1/uploads/${id}`, answer: nothing });
    return {
      message: isCompleted ? "nothing stays in the bucket" : "the upload is aborted",
      value: undefined,
    };
  });
}
