/** Requests of the Worker itself to a store: signed, limited in time and size, never redirected. */
import { boundedFetch, fetchStart, type Fetch } from "../bounded-fetch.ts";
import { Problem } from "../problem.ts";
import type { Signer } from "./sigv4.ts";
import type { ObjectLocation } from "./store.ts";
import { readField } from "./xml.ts";

/**
 * The store gave no usable answer, so that nothing is known about the object. `logReason` is what was sent,
 * and the status or code of the answer.
 */
export class StoreUnavailable extends Problem {
  readonly logReason: string;

  constructor(logReason: string, options?: ErrorOptions) {
    super("store-unavailable", "Try again: the store did not answer, and nothing has changed", {
      cause: options?.cause,
    });
    this.logReason = logReason;
  }
}

/** How the Worker reaches a store: with which credentials, at what time, over which network. */
export interface StoreAccess {
  readonly signer: Signer;
  readonly now: () => number;
  readonly fetch: Fetch;
  /** Measures a request, where somebody watches. */
  readonly time?: (<T>(name: string, work: () => Promise<T>) => Promise<T>) | undefined;
}

interface StoreRequest {
  readonly method: "HEAD" | "GET" | "PUT" | "POST" | "DELETE";
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** 10 seconds where it is left out, and 60 for a POST. */
  readonly timeoutMs?: number;
}

interface StoreResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const TIMEOUT_MS = 10_000;
/** CompleteMultipartUpload answers only when the store has joined all parts. */
const POST_TIMEOUT_MS = 60_000;
/** A page of a thousand parts with their checksums. */
const MAX_BYTES = 1024 * 1024;

/** Returns the response, whatever its status. Throws `StoreUnavailable` without a readable one. */
export async function sendToStore(
  location: ObjectLocation,
  request: StoreRequest,
  access: StoreAccess,
): Promise<StoreResponse> {
  const { method, body, timeoutMs = method === "POST" ? POST_TIMEOUT_MS : TIMEOUT_MS } = request;
  const signed = await signRequest(location, request, access);
  const { fetch, time } = access;
  const bounded = {
    url: signed.url,
    init: { method, headers: signed.headers, ...(body !== undefined && { body }) },
    timeoutMs,
    maxBytes: MAX_BYTES,
  };
  const send = () => boundedFetch(bounded, fetch);
  let response: StoreResponse;
  try {
    response = await (time ? time(method, send) : send());
  } catch (cause) {
    throw new StoreUnavailable(`${method} got no readable response`, { cause });
  }
  if (response.status < 500 && !isFromStore(response)) throw unexpectedResponse(method, response);
  return response;
}

/** Returns the first bytes of an object that has this ETag, at most `maxBytes`. Throws `StoreUnavailable`, also for another ETag. */
export async function readStart(
  location: ObjectLocation,
  { etag, maxBytes }: { readonly etag: string; readonly maxBytes: number },
  access: StoreAccess,
): Promise<Uint8Array> {
  const request = {
    method: "GET",
    headers: { range: `bytes=0-${maxBytes - 1}`, "if-match": `"${etag}"` },
  } as const;
  const { url, headers } = await signRequest(location, request, access);
  const { fetch, time } = access;
  const init = { method: request.method, headers };
  const send = () => fetchStart({ url, init, timeoutMs: TIMEOUT_MS, maxBytes }, fetch);
  try {
    const response = await (time ? time(request.method, send) : send());
    const isOk = response.status === 206 || response.status === 200;
    // A proxy's page has no ETag of the object.
    if (isOk && readEtag(response.headers) === etag) return response.bytes;
    throw new StoreUnavailable(`GET of the first bytes returned ${response.status}`);
  } catch (cause) {
    if (cause instanceof StoreUnavailable) throw cause;
    throw new StoreUnavailable("GET of the first bytes got no readable response", { cause });
  }
}

/** Returns the ETag without quotes; empty without one. */
export function readEtag(headers: Headers): string {
  return (headers.get("etag") ?? "").replaceAll('"', "");
}

async function signRequest(
  { store, key, requestOrigin }: ObjectLocation,
  { method, query = {}, headers = {} }: StoreRequest,
  { signer, now }: StoreAccess,
): Promise<Awaited<ReturnType<Signer["signHeaders"]>>> {
  const signed = await signer.signHeaders({
    method,
    origin: store.ownOrigin ?? requestOrigin ?? "",
    basePath: store.ownBasePath,
    key,
    query,
    headers,
    now: new Date(now()),
  });
  // Not signed, as proxies change it. A compressed response to HEAD would have no length.
  signed.headers.set("accept-encoding", "identity");
  return signed;
}

/** S3 answers with nothing or with XML. A proxy's page says nothing about an object, whatever its status. */
function isFromStore({ text }: StoreResponse): boolean {
  const start = text.trimStart().slice(0, 10);
  return start === "" || start.startsWith("<?xml") || /^<[A-Z][a-z]/.test(start);
}

/** Returns the error for a response of an unexpected kind, with the status, and the store's `Code` or an unexpected root. */
export function unexpectedResponse(
  operation: string,
  { status, text }: StoreResponse,
): StoreUnavailable {
  // The longest codes of S3 have 46 characters. A signature, which a store may send back, has 64.
  const code = readField(text, "Code");
  const root = status < 300 ? /<(\w{1,48})\b/.exec(text)?.[1] : undefined;
  const suffix = code && /^\w{1,48}$/.test(code) ? ` ${code}` : root ? ` with <${root}>` : "";
  return new StoreUnavailable(`${operation} returned ${status}${suffix}`);
}
