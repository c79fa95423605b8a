/** Pieces → evidence: what was signed, what was sent, and what the store said. */
import { readCanonical } from "./canonical-request.ts";
import { readDate, type Answer, type Piece } from "./input.ts";
import { parameterOf, type Request, type Url } from "./request.ts";
import { readTerms, type Terms } from "./signing-parameters.ts";

export interface Evidence {
  /** The request that the ticket is for, where one is known. */
  readonly signed: Request | undefined;
  /** Whether `signed` has the value of every header that was signed. */
  readonly isWhole: boolean;
  readonly sent: Request | undefined;
  /** The URL that went over the wire, or must have. */
  readonly url: Url | undefined;
  readonly terms: Terms | undefined;
  /** Whether the store is AWS, which tells the canonical request that it computed. */
  readonly isComputed: boolean;
  readonly isCutByShell: boolean;
  readonly answer: Answer;
  /** The store's error code and message; empty where there is none. */
  readonly code: string;
  readonly message: string;
  /** The store looked at more than the signature, so that there is nothing to find in it. */
  readonly isSignatureGood: boolean;
  /** When the request arrived; a clock of this machine says little where the request is an old one. */
  readonly moment: { readonly at: Date; readonly isStores: boolean };
}

/** What stores say of requests whose signature was good. */
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

/** What the command line says beside the pieces. */
export interface Told {
  readonly status: number | undefined;
  readonly date: Date | undefined;
  /** The given time, or this machine's. */
  readonly now: Date;
  readonly isNowGiven: boolean;
}

export function gather(pieces: readonly Piece[], told: Told): Evidence {
  const answer = mergeAnswers(pieces, told);
  const code = answer.fields?.get("Code") ?? "";
  const sentPieces = pieces.filter((piece) => piece.kind === "sent");
  const isCutByShell = sentPieces.some((piece) => piece.isCutByShell === true);
  const asSent = sentPieces
    .map(({ request }) => request)
    .filter(({ method, url }) => method !== "OPTIONS" || url === undefined);
  const either = pieces.filter((piece) => piece.kind === "either").map(({ request }) => request);
  const tickets = pieces.filter((piece) => piece.kind === "ticket").map(({ request }) => request);
  if (tickets.length === 0) tickets.push(...either.splice(0, 1));
  const computed = readCanonical(
    answer.fields?.get("CanonicalRequest") ?? "",
    answer.fields?.get("SignatureProvided"),
  );
  const sent = mergeRequests([...either, ...asSent, ...(computed ? [computed] : [])]);
  const ticket = pickTicket(tickets, sent?.url);
  const signed = ticket ?? onlyUrl(sent?.url);
  const terms = readTerms(ticket?.url) ?? readTerms(sent?.url);
  const at = answer.date ?? told.now;
  return {
    signed: signed && fillIn(signed, terms),
    isWhole: ticket !== undefined && ticket.unsaid !== "all",
    sent: sent && { ...sent, url: sent.url ?? signed?.url },
    url: sent?.url ?? signed?.url,
    terms,
    isComputed: computed !== undefined,
    isCutByShell,
    answer,
    code,
    message: answer.fields?.get("Message") ?? "",
    isSignatureGood: AFTER_SIGNATURE.has(code) || isAfterSignature(answer.status),
    moment: { at, isStores: answer.date !== undefined || told.isNowGiven },
  };
}

function isAfterSignature(status: number | undefined): boolean {
  return (
    status !== undefined && ((status >= 200 && status < 300) || status === 409 || status === 412)
  );
}

function mergeAnswers(pieces: readonly Piece[], { status, date }: Told): Answer {
  const merged = pieces.reduce<Answer>(
    (before, piece) => (piece.kind === "answer" ? { ...before, ...piece.answer } : before),
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

/** What a later piece says counts: the canonical request that the store computed comes last. */
function mergeRequests(requests: readonly Request[]): Request | undefined {
  return requests.reduce<Request | undefined>(
    (before, next) =>
      before
        ? {
            method: next.method ?? before.method,
            url: next.url ?? before.url,
            headers: new Map([...before.headers, ...next.headers]),
            unsaid: next.unsaid === "all" ? before.unsaid : next.unsaid,
          }
        : next,
    undefined,
  );
}

/** Of a batch, or of parts, the one that was sent. */
function pickTicket(tickets: readonly Request[], url: Url | undefined): Request | undefined {
  const names = ["X-Amz-Signature", "partNumber"];
  for (const name of names) {
    const value = parameterOf(url, name);
    const same = tickets.find((ticket) => parameterOf(ticket.url, name) === value);
    if (value !== undefined && same) return same;
  }
  return tickets.find((ticket) => ticket.url?.path === url?.path) ?? tickets[0];
}

/** Without a ticket, the URL tells what was signed, but for method and headers. */
function onlyUrl(url: Url | undefined): Request | undefined {
  return url && { method: undefined, url, headers: new Map(), unsaid: "all" };
}

/** A ticket that is whole and does not have a signed header was signed with an empty one, to keep it out. */
function fillIn(request: Request, terms: Terms | undefined): Request {
  if (request.unsaid === "all") return request;
  const absent = (terms?.signedHeaders ?? []).filter(
    (name) => name.startsWith("x-amz-") && !request.headers.has(name),
  );
  return {
    ...request,
    headers: new Map([...absent.map((name) => [name, ""] as const), ...request.headers]),
  };
}
