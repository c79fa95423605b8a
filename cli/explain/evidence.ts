/** Gathers the evidence from the inputs: what was signed, what was sent, and what the store answered. */
import { readCanonical } from "./canonical-request.ts";
import { readDate, type Answer, type Input } from "./input.ts";
import { parameterOf, type Request, type Url } from "./request.ts";
import { readSigningParameters, type SigningParameters } from "./signing-parameters.ts";

export interface Evidence {
  /** The signed request, if it is known. */
  readonly signed: Request | undefined;
  /** Whether `signed` has the value of every signed header. */
  readonly isComplete: boolean;
  readonly sent: Request | undefined;
  /** The sent URL or, if none is known, the signed one. */
  readonly url: Url | undefined;
  readonly signing: SigningParameters | undefined;
  /** Whether `sent` is from the canonical request in an error of AWS. */
  readonly isComputed: boolean;
  readonly isCutByShell: boolean;
  readonly answer: Answer;
  /** The store's error code and message, or empty texts. */
  readonly code: string;
  readonly message: string;
  /** Whether the answer proves that the signature is valid. */
  readonly isSignatureGood: boolean;
  /** When the request arrived. `isStores` is false if that is only the current time of this machine. */
  readonly moment: { readonly at: Date; readonly isStores: boolean };
}

/** Error codes of requests with a valid signature. */
const AFTER_SIGNATURE = new Set([
  "BadDigest",
  "ConditionalRequestConflict",
  "EntityTooLarge",
  "EntityTooSmall",
  "NoSuchUpload",
  "OperationAborted",
  "PreconditionFailed",
  "RequestTimeout",
  "SlowDown",
  "XAmzContentChecksumMismatch",
  "XAmzContentSHA256Mismatch",
]);

/** The facts from the command line. */
export interface GivenFacts {
  readonly status: number | undefined;
  readonly date: Date | undefined;
  /** The time of --now, or the current time. */
  readonly now: Date;
  readonly isNowGiven: boolean;
}

/** Returns the evidence. A later input overrides an earlier one. */
export function gatherEvidence(inputs: readonly Input[], given: GivenFacts): Evidence {
  const answer = mergeAnswers(inputs, given);
  const code = answer.fields?.get("Code") ?? "";
  const sentInputs = inputs.filter((input) => input.kind === "sent");
  const isCutByShell = sentInputs.some((input) => input.isCutByShell === true);
  const asSent = sentInputs
    .map(({ request }) => request)
    .filter(({ method, url }) => method !== "OPTIONS" || url === undefined);
  const either = inputs.filter((input) => input.kind === "either").map(({ request }) => request);
  const tickets = inputs.filter((input) => input.kind === "ticket").map(({ request }) => request);
  if (tickets.length === 0) tickets.push(...either.splice(0, 1));
  const computed = readCanonical(
    answer.fields?.get("CanonicalRequest") ?? "",
    answer.fields?.get("SignatureProvided"),
  );
  const sent = mergeRequests([...either, ...asSent, ...(computed ? [computed] : [])]);
  const ticket = pickTicket(tickets, sent?.url);
  const signed = ticket ?? onlyUrl(sent?.url);
  const signing = readSigningParameters(ticket?.url) ?? readSigningParameters(sent?.url);
  const at = answer.date ?? given.now;
  return {
    signed: signed && fillIn(signed, signing),
    isComplete: ticket !== undefined && ticket.unknownHeaders !== "all",
    sent: sent && { ...sent, url: sent.url ?? signed?.url },
    url: sent?.url ?? signed?.url,
    signing,
    isComputed: computed !== undefined,
    isCutByShell,
    answer,
    code,
    message: answer.fields?.get("Message") ?? "",
    isSignatureGood: AFTER_SIGNATURE.has(code) || isAfterSignature(answer.status),
    moment: { at, isStores: answer.date !== undefined || given.isNowGiven },
  };
}

function isAfterSignature(status: number | undefined): boolean {
  return (
    status !== undefined && ((status >= 200 && status < 300) || status === 409 || status === 412)
  );
}

function mergeAnswers(inputs: readonly Input[], { status, date }: GivenFacts): Answer {
  const merged = inputs.reduce<Answer>(
    (before, input) => (input.kind === "answer" ? { ...before, ...input.answer } : before),
    {},
  );
  const server = readDate(merged.fields?.get("ServerTime"));
  return {
    ...merged,
    ...(server && { date: server }),
    ...(status !== undefined && { status }),
    ...(date && { date }),
  };
}

/** Merges requests. The later one overrides: the canonical request of the store comes last. */
function mergeRequests(requests: readonly Request[]): Request | undefined {
  return requests.reduce<Request | undefined>(
    (before, next) =>
      before
        ? {
            method: next.method ?? before.method,
            url: next.url ?? before.url,
            headers: new Map([...before.headers, ...next.headers]),
            unknownHeaders:
              next.unknownHeaders === "all" ? before.unknownHeaders : next.unknownHeaders,
          }
        : next,
    undefined,
  );
}

/** Returns the sent ticket of a batch or of a multipart upload. */
function pickTicket(tickets: readonly Request[], url: Url | undefined): Request | undefined {
  const names = ["X-Amz-Signature", "partNumber"];
  for (const name of names) {
    const value = parameterOf(url, name);
    const same = tickets.find((ticket) => parameterOf(ticket.url, name) === value);
    if (value !== undefined && same) return same;
  }
  return tickets.find((ticket) => ticket.url?.path === url?.path) ?? tickets[0];
}

/** Returns a signed request without method and headers, if there is only a URL. */
function onlyUrl(url: Url | undefined): Request | undefined {
  return url && { method: undefined, url, headers: new Map(), unknownHeaders: "all" };
}

/** Adds empty values for signed headers that a complete ticket does not have: they must not be sent. */
function fillIn(request: Request, signing: SigningParameters | undefined): Request {
  if (request.unknownHeaders === "all") return request;
  const absent = (signing?.signedHeaders ?? []).filter(
    (name) => name.startsWith("x-amz-") && !request.headers.has(name),
  );
  return {
    ...request,
    headers: new Map([...absent.map((name) => [name, ""] as const), ...request.headers]),
  };
}
