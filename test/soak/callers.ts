/** Callers that create, send, complete, abort, list, download and delete, and remember what they were told. */
import jwt from "jsonwebtoken";
import { DEVELOPMENT_SECRETS } from "../../dev/secrets.ts";
import type { Random } from "./random.ts";

/** What callers were told. It must hold in the end. */
export interface Told {
  /** Keys of tickets under a quota: each has a record. */
  readonly metered: Set<string>;
  /** Keys of tickets without a quota, with the size of the object. */
  readonly plain: Map<string, number>;
  /** Keys under which more was sent than was granted: nothing else is rejected. */
  readonly oversized: Set<string>;
  readonly completed: Set<string>;
  readonly aborted: Set<string>;
  readonly rejected: Set<string>;
  readonly deleted: Set<string>;
  /** Answers that no fault explains. */
  readonly surprises: string[];
  readonly counts: Record<string, number>;
  readonly users: Set<string>;
}

export const createTold = (): Told => ({
  metered: new Set(),
  plain: new Map(),
  oversized: new Set(),
  completed: new Set(),
  aborted: new Set(),
  rejected: new Set(),
  deleted: new Set(),
  surprises: [],
  counts: {},
  users: new Set(),
});

interface Caller {
  readonly user: string;
  readonly url: string;
  readonly random: Random;
  readonly told: Told;
}

interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}
interface Ticket extends Request {
  readonly id: string;
  readonly key: string;
  readonly multipart?: { readonly parts: readonly (Request & Part)[]; readonly partCount: number };
}
interface NewUpload {
  readonly policy: string;
  readonly contentType: string;
  readonly size?: number;
  readonly filename?: string;
  readonly multipart?: boolean;
}
interface Part {
  readonly partNumber: number;
  readonly contentLength: number;
}

interface Answer {
  readonly status: number;
  readonly code: string;
  readonly body: unknown;
  readonly headers: Headers;
  /** The length of the body. */
  readonly size: number;
}

const ACTIONS = {
  upload: 0.28,
  loose: 0.06,
  lasting: 0.08,
  film: 0.1,
  batch: 0.1,
  document: 0.18,
  race: 0.05,
  list: 0.15,
} as const;

/** Does one thing after another until `isOver`. */
export async function act(caller: Caller, isOver: () => boolean): Promise<void> {
  const { random, told } = caller;
  told.users.add(caller.user);
  while (!isOver()) {
    const action = random.choose(ACTIONS) ?? "list";
    told.counts[action] = (told.counts[action] ?? 0) + 1;
    // oxlint-disable-next-line no-await-in-loop -- a caller does one thing at a time
    await DO[action](caller);
    // oxlint-disable-next-line no-await-in-loop -- and rests
    await rest(random.between(0, 80));
  }
}

const DO: Readonly<Record<keyof typeof ACTIONS, (caller: Caller) => Promise<void>>> = {
  upload: async (caller) => {
    const size = caller.random.between(1, 20_000);
    const ticket = await create(caller, { policy: "metered", contentType: "image/png", size });
    if (ticket) await finish(caller, ticket, size);
  },
  /** May send more than was granted, which is rejected. */
  loose: async (caller) => {
    const { random } = caller;
    const ticket = await create(caller, { policy: "loose", contentType: "image/png" });
    if (!ticket) return;
    const isOversized = random.next() < 0.4;
    if (isOversized) caller.told.oversized.add(ticket.key);
    await finish(caller, ticket, isOversized ? 100_001 : random.between(1, 5000));
  },
  /** May send after it aborted. */
  lasting: async (caller) => {
    const { random } = caller;
    const size = random.between(1, 5000);
    const ticket = await create(caller, { policy: "lasting", contentType: "image/png", size });
    if (!ticket) return;
    await finish(caller, ticket, size);
    if (random.next() < 0.3) await send(caller, ticket, size);
  },
  film: async (caller) => {
    const { random, told } = caller;
    const size = random.next() < 0.05 ? 9_000_000 : random.between(1, 50_000);
    const body = { policy: "film", contentType: "video/mp4", size, multipart: true };
    const ticket = await create(caller, body);
    if (!ticket?.multipart) return;
    const parts: { partNumber: number; etag: string }[] = [];
    for (const part of ticket.multipart.parts) {
      if (random.next() < 0.05) return;
      // oxlint-disable-next-line no-await-in-loop -- one part after another
      const answer = await send(caller, part, part.contentLength);
      const etag = answer?.headers.get("etag");
      if (etag) parts.push({ partNumber: part.partNumber, etag });
    }
    if (random.next() < 0.1) await ask(caller, "GET", `/v1/uploads/${ticket.id}/parts`);
    if (random.next() < 0.15) return abort(caller, ticket);
    if (parts.length < ticket.multipart.partCount) return;
    told.counts["films sent"] = (told.counts["films sent"] ?? 0) + 1;
    await complete(caller, ticket, { parts });
  },
  batch: async (caller) => {
    const { random } = caller;
    const sizes = Array.from({ length: random.between(1, 6) }, () => random.between(1, 5000));
    const uploads = sizes.map((size, index) =>
      index % 3 === 2
        ? { policy: "document", filename: `${index}.txt`, contentType: "text/plain", size }
        : { policy: "metered", contentType: "image/png", size },
    );
    const answer = await ask(caller, "POST", "/v1/uploads/batch", { uploads });
    if (answer?.status !== 200) return;
    const { results } = answer.body as { results: { status: number; upload?: Ticket }[] };
    for (const [index, { upload }] of results.entries()) {
      const [request, size] = [uploads[index], sizes[index]];
      if (!upload || !request || size === undefined) continue;
      note(caller, upload, request.policy, size);
      // oxlint-disable-next-line no-await-in-loop -- one after another
      await finish(caller, upload, size);
    }
  },
  document: async (caller) => {
    const { random, told } = caller;
    const size = random.between(1, 100_000);
    const filename = "여행 (1)+#.txt";
    const ticket = await create(caller, {
      policy: "document",
      filename,
      contentType: "text/plain",
      size,
    });
    if (!ticket || !(await send(caller, ticket, size))) return;
    const isCompleted = await complete(caller, ticket);
    const { key } = ticket;
    if (isCompleted && random.next() < 0.6) await download(caller, key, size);
    if (random.next() > 0.4) return;
    const answer = await ask(caller, "DELETE", "/v1/objects", { policy: "document", key });
    if (answer?.status === 204) told.deleted.add(key);
    // Its answer is lost: the object may be there or not.
    else told.plain.set(key, Number.NaN);
  },
  /** Completes twice and aborts at the same time. */
  race: async (caller) => {
    const size = caller.random.between(1, 1000);
    const ticket = await create(caller, { policy: "metered", contentType: "image/png", size });
    if (!ticket || !(await send(caller, ticket, size))) return;
    await Promise.all([
      complete(caller, ticket),
      complete(caller, ticket),
      ...(caller.random.next() < 0.5 ? [abort(caller, ticket)] : []),
    ]);
  },
  list: async (caller) => {
    const status = caller.random.next() < 0.5 ? "?status=completed" : "";
    const answer = await ask(caller, "GET", `/v1/uploads${status}`);
    if (answer?.status !== 200) return;
    const { uploads } = answer.body as { uploads: { id: string }[] };
    const one = uploads[caller.random.between(0, uploads.length)];
    if (one) await ask(caller, "GET", `/v1/uploads/${one.id}`);
  },
};

/** Sends and completes, or stops somewhere on the way, as clients do. */
async function finish(caller: Caller, ticket: Ticket, size: number): Promise<void> {
  const end = caller.random.next();
  if (end < 0.06) return;
  if (end < 0.12) return abort(caller, ticket);
  await send(caller, ticket, size);
  if (end < 0.2) return;
  if (end < 0.3) return abort(caller, ticket);
  await complete(caller, ticket);
}

async function create(caller: Caller, body: NewUpload): Promise<Ticket | undefined> {
  const answer = await ask(caller, "POST", "/v1/uploads", body);
  if (answer?.status !== 201) return undefined;
  const ticket = answer.body as Ticket;
  note(caller, ticket, body.policy, body.size ?? 0);
  return ticket;
}

function note({ told }: Caller, { key }: Ticket, policy: string, size: number): void {
  if (policy === "document") told.plain.set(key, size);
  else told.metered.add(key);
}

/** Returns the store's answer; a cut connection is tried again. */
async function send(
  caller: Caller,
  { method, url, headers }: Request,
  size: number,
): Promise<Answer | undefined> {
  const body = new Uint8Array(size).fill(size % 251);
  for (let attempt = 0; attempt < 4; attempt += 1) {
    // oxlint-disable-next-line no-await-in-loop -- a retry
    const answer = await fetchAnswer(url, { method, headers: { ...headers }, body });
    if (answer && answer.status < 500) return answer;
    // oxlint-disable-next-line no-await-in-loop -- before the next one
    await rest(caller.random.between(10, 200));
  }
  return undefined;
}

async function complete(caller: Caller, ticket: Ticket, body?: object): Promise<boolean> {
  const { told } = caller;
  const answer = await ask(caller, "POST", `/v1/uploads/${ticket.id}/complete`, body);
  if (answer?.status === 200) told.completed.add(ticket.key);
  if (answer?.status === 422 && (answer.body as { upload?: string }).upload === "rejected")
    told.rejected.add(ticket.key);
  return answer?.status === 200;
}

async function abort(caller: Caller, ticket: Ticket): Promise<void> {
  const answer = await ask(caller, "DELETE", `/v1/uploads/${ticket.id}`);
  if (answer?.status === 204 || answer?.status === 202) caller.told.aborted.add(ticket.key);
}

async function download(caller: Caller, key: string, size: number): Promise<void> {
  const answer = await ask(caller, "POST", "/v1/downloads", { policy: "document", key });
  if (answer?.status !== 200) return;
  const { url } = answer.body as Request;
  const file = await fetchAnswer(url, {});
  const type = file?.headers.get("content-type");
  if (file?.status !== 200 || type !== "text/plain") return;
  if (file.size !== size) caller.told.surprises.push(`A download has another size: ${key}`);
}

/** What a caller may be told while the store, the network and the server fail. */
const EXPECTED = new Set([
  "store-unavailable",
  "ledger-unavailable",
  "already-completed",
  "upload-expired",
  "verification-failed",
  "already-exists",
]);

/** Asks the Worker. A cut connection, 502 and 503 are tried again. */
async function ask(
  caller: Caller,
  method: string,
  path: string,
  body?: object,
): Promise<Answer | undefined> {
  const { told, random, user, url } = caller;
  const token = jwt.sign({}, DEVELOPMENT_SECRETS.AUTH_SECRET, {
    algorithm: "HS256",
    issuer: "development",
    audience: "edge-presigner",
    subject: user,
    expiresIn: "1 h",
  });
  let answer: Answer | undefined;
  for (let attempt = 0; attempt < 5; attempt += 1) {
    // oxlint-disable-next-line no-await-in-loop -- a retry
    answer = await fetchAnswer(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body && { "content-type": "application/json" }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const name = answer ? `${answer.status} ${answer.code}`.trim() : "no answer";
    told.counts[name] = (told.counts[name] ?? 0) + 1;
    if (answer && answer.status !== 502 && answer.status !== 503) break;
    // oxlint-disable-next-line no-await-in-loop -- before the next one
    await rest(random.between(20, 400));
  }
  if (answer && answer.status >= 400 && !EXPECTED.has(answer.code))
    told.surprises.push(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer;
}

async function fetchAnswer(url: string, init: RequestInit): Promise<Answer | undefined> {
  try {
    const response = await fetch(url, init);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const isJson = response.headers.get("content-type")?.includes("json") ?? false;
    const body: unknown =
      isJson && bytes.length > 0 ? JSON.parse(new TextDecoder().decode(bytes)) : undefined;
    const code = response.ok ? "" : ((body as { code?: string } | undefined)?.code ?? "");
    return { status: response.status, code, body, headers: response.headers, size: bytes.length };
  } catch {
    return undefined;
  }
}

async function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
