import { IDLE_MS, type Send } from "./put.ts";
import { readText } from "./read-answer.ts";

/** `fetch` reports no progress, so the time limit grows with the body: at least 16 kB a second. */
const MIN_BYTES_PER_MS = 16;

/** Sends with `fetch`, where there is no `XMLHttpRequest`: Node.js, service workers. */
export function createFetchSend(send: typeof fetch): Send {
  return async ({ ticket, body, signal }) => {
    const { method, url, headers } = ticket;
    const limit = AbortSignal.timeout(IDLE_MS + Math.ceil(body.size / MIN_BYTES_PER_MS));
    const signals = AbortSignal.any([signal, limit]);
    const response = await send(url, { method, headers, body, signal: signals });
    const text = await readText(response);
    const readHeader = (name: string) => response.headers.get(name);
    return { status: response.status, text, readHeader };
  };
}
