/** Requests of the Worker itself to a store: signed, limited in time and size, never redirected. */
import { boundedFetch, type Fetch } from "../bounded-fetch.ts";
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
}

interface StoreRequest {
  readonly method: "HEAD" | "GET" | "PUT" | "POST" | "DELETE";
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
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
  { method, query = {}, headers = {}, body }: StoreRequest,
  { signer, now, fetch }: StoreAccess,
): Promise<StoreResponse> {
  const { store, key, requestOrigin } = location;
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
  let response: StoreResponse;
  try {
    response = await boundedFetch(
      {
        url: signed.url,
        init: { method, headers: signed.headers, ...(body !== undefined && { body }) },
        timeoutMs: method === "POST" ? POST_TIMEOUT_MS : TIMEOUT_MS,
        maxBytes: MAX_BYTES,
      },
      fetch,
    );
  } catch (cause) {
    throw new StoreUnavailable(`${method} got no readable response`, { cause });
  }
  if (response.status < 500 && !isFromStore(response)) throw unexpectedResponse(method, response);
  return response;
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
