/** One request of the Worker itself to a store, signed, limited in time and size, and never redirected. */
import { readText } from "../body.ts";
import type { Store } from "../config/config.ts";
import { withDeadline } from "../bounded-fetch.ts";
import type { Signer } from "./sigv4.ts";
import { readField } from "./xml.ts";

/** The store could not be asked: nothing is known of the object. The cause is for the log. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}

/** Where an object is: the embedded store has its origin from the request. */
export interface Location {
  readonly store: Store;
  readonly encodedKey: string;
  readonly origin: string | undefined;
}

/** With whose key a store is asked, and in which world. */
export interface Asking {
  readonly signer: Signer;
  readonly now: () => number;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
}

interface StoreRequest {
  readonly method: "HEAD" | "GET" | "POST" | "DELETE";
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface StoreAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const TIMEOUT_MS = 10_000;
/** A store puts parts together while the request waits. */
const POST_TIMEOUT_MS = 60_000;
/** A page of a thousand parts, with their checksums. */
const MAX_BYTES = 1024 * 1024;

/** The answer, whatever its status. Throws `StoreUnavailable` where there is none, or one that cannot be read. */
export async function askStore(
  { store, encodedKey, origin }: Location,
  { method, query = {}, headers = {}, body }: StoreRequest,
  { signer, now, fetch }: Asking,
): Promise<StoreAnswer> {
  const signed = await signer.signHeaders({
    method,
    origin: store.ownOrigin ?? origin ?? "",
    path: store.ownBasePath + encodedKey,
    query,
    headers,
    now: new Date(now()),
  });
  // Not signed, as proxies change it. Compressed on its way, a HEAD would tell no length.
  signed.headers.set("accept-encoding", "identity");
  try {
    return await withDeadline(method === "POST" ? POST_TIMEOUT_MS : TIMEOUT_MS, async (signal) => {
      const response = await fetch(signed.url, {
        method,
        headers: signed.headers,
        redirect: "manual",
        signal,
        ...(body !== undefined && { body }),
      });
      const text =
        response.body && method !== "HEAD" ? await readText(response.body, MAX_BYTES) : "";
      return { status: response.status, headers: response.headers, text };
    });
  } catch (cause) {
    throw new StoreUnavailable(`${method} got no answer that can be read`, { cause });
  }
}

/** What the store says went wrong: its `Code`, or the status. */
export function refusalOf(what: string, { status, text }: StoreAnswer): StoreUnavailable {
  const code = readField(text, "Code");
  return new StoreUnavailable(
    `${what} answered ${status}${code && /^\w{1,64}$/.test(code) ? ` ${code}` : ""}`,
  );
}
