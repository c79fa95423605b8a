/** Runs one attempt: a ticket, one change, straight to the store. */
import { UploadError } from "../../../client/web/src/index.ts";
import type { PolicyInfo } from "../../../client/web/src/index.ts";
import { readSigned, type SignedRequest } from "../signed-request.ts";
import { BROKEN_FIELD, changeRequest, type AttemptName, type Sent } from "./attempts.ts";
import { readStoreAnswer, type StoreAnswer } from "./read-refusal.ts";
import { giveBack, requestTicket } from "./request-ticket.ts";
import { sampleFor } from "./sample.ts";

/** What was signed, and what was sent. */
interface Exchange {
  readonly signed: SignedRequest;
  readonly sent: Sent;
  readonly sentAt: Date;
}

export type Outcome = { readonly name: AttemptName } & (
  | { readonly kind: "no-ticket"; readonly error: UploadError; readonly contentType: string }
  /** The policy allows it: `overwrite: true` lets a file be sent twice. */
  | { readonly kind: "not-signed"; readonly signed: SignedRequest }
  | ({ readonly kind: "refused" | "accepted"; readonly answer: StoreAnswer } & Exchange)
  /** The browser let nothing through, say after a refused preflight. */
  | ({ readonly kind: "no-answer"; readonly message: string } & Exchange)
);

interface Wait {
  /** Called each second with the seconds that are left. */
  readonly onWait: (secondsLeft: number) => void;
}

const SECOND_MS = 1000;

/** Runs an attempt. Never rejects for what the service or the store answers. */
export async function runAttempt(
  name: AttemptName,
  policy: PolicyInfo,
  { onWait }: Wait,
): Promise<Outcome> {
  const file = sampleFor(policy);
  try {
    const ticket = await requestTicket(policy, file, { expiresSoon: name === "expired" });
    try {
      const signed = readSigned(ticket);
      const isSigned = signed.fields.some((field) => field.name === BROKEN_FIELD[name]);
      if (name === "twice" && !isSigned) return { kind: "not-signed", name, signed };
      const sent = changeRequest(name, ticket, file);
      if (name === "twice") await put(sent);
      if (name === "expired") await waitUntil(signed.expiresAt, onWait);
      return { name, signed, sent, sentAt: new Date(), ...(await answerTo(sent)) };
    } finally {
      await giveBack(ticket);
    }
  } catch (error) {
    if (!(error instanceof UploadError)) throw error;
    return { kind: "no-ticket", name, error, contentType: file.type };
  }
}

async function put({ url, headers, body }: Sent): Promise<Response> {
  return fetch(url, { method: "PUT", headers, body });
}

async function answerTo(
  sent: Sent,
): Promise<
  | { readonly kind: "refused" | "accepted"; readonly answer: StoreAnswer }
  | { readonly kind: "no-answer"; readonly message: string }
> {
  try {
    const response = await put(sent);
    const answer = await readStoreAnswer(response);
    return { kind: response.ok ? "accepted" : "refused", answer };
  } catch (error) {
    return { kind: "no-answer", message: error instanceof Error ? error.message : String(error) };
  }
}

/** One second longer: the clocks of the browser and the store may differ by a part of one. */
async function waitUntil(date: Date, onWait: Wait["onWait"]): Promise<void> {
  for (;;) {
    const leftMs = date.getTime() + SECOND_MS - Date.now();
    if (leftMs <= 0) return;
    onWait(Math.ceil(leftMs / SECOND_MS));
    // oxlint-disable-next-line no-await-in-loop -- one second after the other
    await new Promise((resolve) => setTimeout(resolve, Math.min(leftMs, SECOND_MS)));
  }
}
