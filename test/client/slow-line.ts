/** A service and a store behind a slow line, in virtual time: a minute of uploading takes no minute. */
import { setImmediate, setTimeout } from "node:timers/promises";
import type { Dependencies } from "../../client/web/src/dependencies.ts";
import { createIdempotencyKey } from "../../client/web/src/idempotency-key.ts";
import { platformNetwork } from "../../client/web/src/network.ts";
import { bodyOf } from "./vectors.ts";

export interface LineSettings {
  readonly bytesPerSecond: number;
  readonly ticketSeconds?: number;
  /** Of each request to the service, and of each answer of the store. */
  readonly latencyMs?: number;
  /** What browsers have for one host. The rest waits. */
  readonly connections?: number;
  /** More requests to the service in a minute are answered with 429. */
  readonly requestsPerMinute?: number;
  /** What a 429 for requests says. */
  readonly retryAfterSeconds?: number;
  /** More items of batches in a minute are refused with 429, each by itself. */
  readonly itemsPerMinute?: number;
  /** How many uploads may be pending: a quota. */
  readonly maxPending?: number;
  /** Whether the service has the route that completes several. */
  readonly hasBatchCompletion?: boolean;
}

export interface SlowLine extends Dependencies {
  readonly run: <T>(result: Promise<T>) => Promise<T>;
  /** Changes the speed from now on. */
  readonly setSpeed: (bytesPerSecond: number) => void;
  /** The sizes of the stored objects, by id. */
  readonly objects: ReadonlyMap<string, number>;
  readonly counts: Readonly<Record<Counted, number>>;
}

type Counted = "tickets" | "requests" | "refusedPuts" | "limited" | "mostPutsAtOnce" | "aborts";

interface Transfer {
  bytesLeft: number;
  readonly end: () => void;
}

interface Timer {
  readonly at: number;
  readonly end: () => void;
}

type Body = Readonly<Record<string, unknown>>;

const MAX_IDLE_TURNS = 400;
const HOST = "http://service.test";

export function createSlowLine({
  bytesPerSecond,
  ticketSeconds = 300,
  latencyMs = 50,
  connections = 6,
  requestsPerMinute = Number.POSITIVE_INFINITY,
  retryAfterSeconds = 60,
  itemsPerMinute = Number.POSITIVE_INFINITY,
  maxPending = Number.POSITIVE_INFINITY,
  hasBatchCompletion = true,
}: LineSettings): SlowLine {
  const counts: Record<Counted, number> = {
    tickets: 0,
    requests: 0,
    refusedPuts: 0,
    limited: 0,
    mostPutsAtOnce: 0,
    aborts: 0,
  };
  const objects = new Map<string, number>();
  const pending = new Map<string, number>();
  const timers = new Set<Timer>();
  const transfers = new Set<Transfer>();
  const waitingForConnection: (() => void)[] = [];
  let speed = bytesPerSecond;
  let now = Date.parse("2026-11-22T07:00:00Z");
  let connected = 0;
  const countRequest = limit(requestsPerMinute, () => now);
  const countTicket = limit(itemsPerMinute, () => now);
  const countCompletion = limit(itemsPerMinute, () => now);

  const wait: Dependencies["wait"] = async (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const timer = {
        at: now + milliseconds,
        end: () => {
          signal?.removeEventListener("abort", leave);
          resolve();
        },
      };
      const leave = () => {
        timers.delete(timer);
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", leave, { once: true });
      timers.add(timer);
    });

  /** Moves the clock to the next thing that happens: a timer, or the end of a transfer. Returns whether there is one. */
  const step = (): boolean => {
    const rate = speed / 1000 / Math.max(1, transfers.size);
    const ends = [...transfers].map(({ bytesLeft }) => now + bytesLeft / rate);
    const next = Math.min(...ends, ...[...timers].map(({ at }) => at));
    if (next === Number.POSITIVE_INFINITY) return false;
    for (const transfer of transfers) transfer.bytesLeft -= (next - now) * rate;
    now = next;
    for (const transfer of transfers) {
      // Less than a byte is a rounding error.
      if (transfer.bytesLeft >= 1) continue;
      transfers.delete(transfer);
      transfer.end();
    }
    for (const timer of timers) {
      if (timer.at > now) continue;
      timers.delete(timer);
      timer.end();
    }
    return true;
  };

  const transfer = async (bytesLeft: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const one = { bytesLeft, end: resolve };
      transfers.add(one);
      counts.mostPutsAtOnce = Math.max(counts.mostPutsAtOnce, transfers.size);
      signal.addEventListener("abort", () => {
        transfers.delete(one);
        reject(signal.reason);
      });
    });

  const put = async (url: URL, size: number, signal: AbortSignal): Promise<Response> => {
    if (connected >= connections)
      await new Promise<void>((resolve) => {
        waitingForConnection.push(resolve);
      });
    connected += 1;
    try {
      const id = url.pathname.slice("/store/".length);
      if (now > Number(url.searchParams.get("issued")) + ticketSeconds * 1000) {
        counts.refusedPuts += 1;
        return new Response("<Error><Code>AccessDenied</Code></Error>", { status: 403 });
      }
      await transfer(size, signal);
      await wait(latencyMs, signal);
      objects.set(id, size);
      return new Response("", { headers: { etag: `"${id}"` } });
    } finally {
      connected -= 1;
      waitingForConnection.shift()?.();
    }
  };

  const create = ({ size }: Body) => {
    if (countTicket()) return { status: 429, problem: refusal("rate-limited") };
    if (pending.size >= maxPending) return { status: 429, problem: refusal("quota-exceeded") };
    const id = `upload-${(counts.tickets += 1)}`;
    pending.set(id, Number(size));
    const upload = {
      ...bodyOf("ticket"),
      id,
      key: `photos/${id}`,
      method: "PUT",
      url: `${HOST}/store/${id}?issued=${now}`,
      contentLength: size,
      expiresIn: ticketSeconds,
    };
    return { status: 201, upload };
  };

  const complete = (id: string) => {
    if (countCompletion()) return { status: 429, problem: refusal("rate-limited") };
    if (!objects.has(id)) return { status: 422, problem: refusal("verification-failed") };
    pending.delete(id);
    return { status: 200, upload: { ...bodyOf("completed"), id, key: `photos/${id}` } };
  };

  const answer = (method: string, path: string, body: Body): Response => {
    if (method === "DELETE") {
      counts.aborts += 1;
      pending.delete(path.split("/")[3] ?? "");
      return new Response(null, { status: 204 });
    }
    if (path === "/v1/uploads/batch")
      return Response.json({ results: (body["uploads"] as Body[]).map(create) });
    if (path === "/v1/uploads/batch/complete" && hasBatchCompletion)
      return Response.json({ results: (body["ids"] as string[]).map(complete) });
    if (path === "/v1/uploads/batch/complete")
      return single({ problem: refusal("not-found") }, 404);
    const result = path === "/v1/uploads" ? create(body) : complete(path.split("/")[3] ?? "");
    return single(result, result.status);
  };

  const fetchInLine: typeof fetch = async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const signal = init.signal ?? new AbortController().signal;
    if (url.pathname.startsWith("/store/")) return put(url, (init.body as Blob).size, signal);
    counts.requests += 1;
    await wait(latencyMs, signal);
    if (countRequest()) {
      counts.limited += 1;
      const headers = { "retry-after": String(retryAfterSeconds) };
      const problem = { ...refusal("rate-limited"), retryAfter: retryAfterSeconds };
      return Response.json(problem, { status: 429, headers });
    }
    const body = init.body ? (JSON.parse(init.body as string) as Body) : {};
    return answer(init.method ?? "GET", url.pathname, body);
  };

  return {
    fetch: fetchInLine,
    now: () => now,
    random: () => 0.5,
    createKey: createIdempotencyKey,
    network: platformNetwork,
    wait,
    objects,
    counts,
    setSpeed: (value) => void (speed = value),
    async run(result) {
      let isDone = false;
      const end = () => void (isDone = true);
      result.then(end, end);
      for (let idle = 0; idle < MAX_IDLE_TURNS;) {
        // What is going on in real time comes first: a few turns of Node's event loop.
        // oxlint-disable-next-line no-await-in-loop -- one step after the other
        for (let turn = 0; turn < 4; turn += 1) await setImmediate();
        if (isDone) return result;
        if (step()) idle = 0;
        else {
          idle += 1;
          // What is loaded for the first time takes longer.
          // oxlint-disable-next-line no-await-in-loop -- as above
          await setTimeout(5);
        }
      }
      throw new Error("Nothing happens any more");
    },
  };
}

function refusal(code: string): object {
  return {
    code,
    detail: "Refused",
    retryAfter: 60,
    ...(code === "verification-failed" && { upload: "pending" }),
  };
}

function single({ upload, problem }: { upload?: object; problem?: object }, status: number) {
  return Response.json(upload ?? problem, { status });
}

/** Returns what counts one more, and says whether that is too much for this minute. */
function limit(most: number, now: () => number): () => boolean {
  let from = now();
  let count = 0;
  return () => {
    if (now() - from >= 60_000) [from, count] = [now(), 0];
    count += 1;
    return count > most;
  };
}
