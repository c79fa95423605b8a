/** The development Worker with its real Durable Object; the test holds the clock, the store's answers and the receiver. */
import { Sha256 } from "@aws-crypto/sha256-js";
import { env, exports } from "cloudflare:workers";
import { reset, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, vi } from "vitest";
import { DEVELOPMENT_SECRETS } from "../../../dev/secrets.ts";
import { mintShared } from "./tokens.ts";

const ORIGIN = "http://localhost:8787";
const STORE_PATH = "/cdn-cgi/local/r2/s3/uploads/";
const METADATA = "x-amz-meta-";

/** What the store is asked. */
export interface StoreRequest {
  readonly operation: "HEAD" | "GET" | "PUT" | "DELETE" | "COPY";
  readonly key: string;
  readonly request: Request;
}

interface Delivered {
  readonly headers: Headers;
  readonly body: string;
}

export interface Environment {
  /** What the receiver answers to a webhook. */
  receiver: () => Response | Promise<Response>;
  /** What the store answers, in place of the bucket's own state. */
  store: (() => Response | Promise<Response>) | undefined;
  /** Methods that the store answers with 403. */
  refuses: readonly string[];
  /** Runs after the store has done what was asked, before it answers. */
  beforeAnswer: ((method: string) => Promise<void>) | undefined;
  /** Answers in place of the store; `answer` is what the store does. */
  around: ((asked: StoreRequest, answer: () => Promise<Response>) => Promise<Response>) | undefined;
  readonly delivered: Delivered[];
  /** Methods and keys that were asked of the store. */
  readonly requests: string[];
}

const inOrder = (): Environment => ({
  receiver: () => new Response(null, { status: 204 }),
  store: undefined,
  refuses: [],
  beforeAnswer: undefined,
  around: undefined,
  delivered: [],
  requests: [],
});

/** Controls the environment of each test of a file, and forgets what its ledgers have stored after it. */
export function controlForEach(): Environment {
  const environment = inOrder();
  beforeEach(() => {
    Object.assign(environment, inOrder());
    control(environment);
  });
  afterEach(async () => {
    restoreEnvironment();
    await reset();
  });
  return environment;
}

/** The same for a test that begins again and again. */
export function controlEnvironment(): Environment {
  const environment = inOrder();
  control(environment);
  return environment;
}

/** Starts the clock well in the future, so that no alarm of the platform goes off by itself. */
function control(environment: Environment): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2040-01-01T00:00:00Z") });
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith(STORE_PATH)) {
      environment.delivered.push({ headers: request.headers, body: await request.text() });
      return environment.receiver();
    }
    const key = decodeURIComponent(pathname.slice(STORE_PATH.length));
    environment.requests.push(`${request.method} ${key}`);
    if (environment.refuses.includes(request.method)) return new Response(null, { status: 403 });
    const answer = async () => {
      const answered = await (environment.store?.() ?? answerFromBucket(request, key));
      await environment.beforeAnswer?.(request.method);
      return answered;
    };
    if (!environment.around) return answer();
    const isCopy = request.headers.has("x-amz-copy-source");
    const operation = (isCopy ? "COPY" : request.method) as StoreRequest["operation"];
    return environment.around({ operation, key, request }, answer);
  });
}

export function restoreEnvironment(): void {
  vi.restoreAllMocks();
  vi.useRealTimers();
}

export function moveClock(seconds: number): void {
  vi.setSystemTime(Date.now() + seconds * 1000);
}

function bucket(): R2Bucket {
  if (!env.LOCAL_BUCKET)
    throw new TypeError("Cannot reach the bucket: the tests run in the environment dev");
  return env.LOCAL_BUCKET;
}

/** ListObjectsV2, as far as the Worker reads it. */
async function listBucket({ searchParams }: URL): Promise<Response> {
  const cursor = searchParams.get("continuation-token");
  const page = await bucket().list({
    prefix: searchParams.get("prefix") ?? "",
    limit: Number(searchParams.get("max-keys") ?? 1000),
    ...(cursor !== null && { cursor }),
  });
  const contents = page.objects.map(
    ({ key, size, etag }) =>
      `<Contents><Key>${key}</Key><Size>${size}</Size><ETag>&quot;${etag}&quot;</ETag></Contents>`,
  );
  const next = page.truncated
    ? `<NextContinuationToken>${page.cursor}</NextContinuationToken>`
    : "";
  return new Response(
    `<ListBucketResult><IsTruncated>${page.truncated}</IsTruncated>${next}${contents.join("")}</ListBucketResult>`,
  );
}

async function answerFromBucket(request: Request, key: string): Promise<Response> {
  const { method, url, headers: sent } = request;
  if (method === "GET" && key === "") return listBucket(new URL(url));
  if (sent.has("x-amz-copy-source")) return copyInBucket(sent, key);
  if (method === "GET") return readFromBucket(sent, key);
  if (method === "DELETE") {
    await bucket().delete(key);
    return new Response(null, { status: 204 });
  }
  if (method === "PUT") {
    const named = [...sent].filter(([name]) => name.startsWith(METADATA));
    const customMetadata = Object.fromEntries(
      named.map(([name, value]) => [name.slice(METADATA.length), value]),
    );
    const object = await bucket().put(key, "", { customMetadata });
    return new Response(null, { headers: { etag: object.httpEtag } });
  }
  const object = await bucket().head(key);
  if (!object) return new Response(null, { status: 404 });
  const headers = new Headers({ "content-length": String(object.size), etag: object.httpEtag });
  headers.set("content-type", object.httpMetadata?.contentType ?? "application/octet-stream");
  for (const [name, value] of Object.entries(object.customMetadata ?? {}))
    headers.set(METADATA + name, value);
  return new Response(null, { headers });
}

const notFound = () => new Response("<Error><Code>NoSuchKey</Code></Error>", { status: 404 });
const failed = () =>
  new Response("<Error><Code>PreconditionFailed</Code></Error>", { status: 412 });

async function copyInBucket(sent: Headers, key: string): Promise<Response> {
  const source = decodeURIComponent(sent.get("x-amz-copy-source") ?? "").replace("uploads/", "");
  const object = await bucket().get(source);
  if (!object) return notFound();
  const expected = sent.get("x-amz-copy-source-if-match");
  if (expected !== null && expected !== object.httpEtag) return failed();
  const named = [...sent].filter(([name]) => name.startsWith(METADATA));
  const copied = await bucket().put(key, await object.arrayBuffer(), {
    httpMetadata: { contentType: sent.get("content-type") ?? "" },
    customMetadata: Object.fromEntries(
      named.map(([name, value]) => [name.slice(METADATA.length), value]),
    ),
  });
  return new Response(`<CopyObjectResult><ETag>${copied.httpEtag}</ETag></CopyObjectResult>`);
}

async function readFromBucket(sent: Headers, key: string): Promise<Response> {
  const object = await bucket().get(key, { range: sent });
  if (!object) return notFound();
  const expected = sent.get("if-match");
  if (expected !== null && expected !== object.httpEtag) return failed();
  const headers = { etag: object.httpEtag };
  return new Response(object.body, { status: sent.has("range") ? 206 : 200, headers });
}

/** What a client's PUT leaves in the store: the file itself. */
export async function putFile(
  key: string,
  bytes: Uint8Array,
  contentType = "image/png",
): Promise<void> {
  await bucket().put(key, bytes, { httpMetadata: { contentType } });
}

/** Returns the file under a key. */
export async function readFile(key: string): Promise<Uint8Array | undefined> {
  const object = await bucket().get(key);
  return object ? new Uint8Array(await object.arrayBuffer()) : undefined;
}

/** What a client's PUT leaves in the store. */
export async function putObject(
  key: string,
  bytes: number,
  contentType = "image/png",
  customMetadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const options = { httpMetadata: { contentType }, customMetadata };
  await bucket().put(key, new Uint8Array(bytes), options);
}

/** Sends a file as a ticket does that signs `if-none-match: *`. Returns whether it is stored. */
export async function sendFile(key: string, bytes: number): Promise<boolean> {
  const stored = await bucket().put(key, new Uint8Array(bytes), {
    httpMetadata: { contentType: "image/png" },
    onlyIf: { etagDoesNotMatch: "*" },
  });
  return stored !== null;
}

/** Returns whether a client's file is stored: the empty object of an aborted upload is none. */
export async function isStored(key: string): Promise<boolean> {
  const object = await bucket().head(key);
  return object !== null && object.customMetadata?.["edge-presigner"] !== "aborted";
}

/** Returns the keys of all objects of a user, whatever they are. */
export async function keysOf(user = "alice"): Promise<readonly string[]> {
  const { objects } = await bucket().list({ prefix: `limited/${user}/` });
  return objects.map(({ key }) => key);
}

/** Returns the length of each file under a prefix, by its key. The empty objects of aborted uploads are none. */
export async function lengthsUnder(prefix: string): Promise<ReadonlyMap<string, number>> {
  const { objects } = await bucket().list({ prefix });
  return new Map(objects.filter(({ size }) => size > 0).map(({ key, size }) => [key, size]));
}

/** A request as a user, answered by the Worker itself. */
export async function ask(
  method: string,
  path: string,
  {
    user = "alice",
    body,
    claims,
    headers,
  }: { user?: string; body?: unknown; claims?: object; headers?: Record<string, string> } = {},
): Promise<Response> {
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const token = await mintShared(DEVELOPMENT_SECRETS.AUTH_SECRET, {
    iss: "development",
    aud: "edge-presigner",
    sub: user,
    exp,
    ...claims,
  });
  return exports.default.fetch(`${ORIGIN}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

export interface Granted {
  readonly id: string;
  readonly key: string;
  readonly quota: Readonly<
    Record<
      "uploads" | "bytes" | "pending",
      { readonly limit: number; readonly remaining: number; readonly resetsIn?: number }
    >
  >;
}

/** A ticket of the policy `limited`. */
export async function grant(
  size = 1000,
  user = "alice",
  claims: Readonly<Record<string, unknown>> = {},
  idempotencyKey?: string,
): Promise<Granted> {
  const response = await ask("POST", "/v1/uploads", {
    user,
    claims,
    body: { policy: "limited", contentType: "image/png", size },
    ...(idempotencyKey !== undefined && { headers: { "idempotency-key": idempotencyKey } }),
  });
  if (response.status !== 201) throw new Error(`No ticket: ${await response.text()}`);
  return response.json();
}

export async function complete(
  id: string,
  user = "alice",
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await ask("POST", `/v1/uploads/${id}/complete`, { user });
  return { status: response.status, body: await response.json() };
}

/** The name of the object of a user, or of a claim of an issuer, by another implementation of SHA-256. */
export function ledgerName(...names: readonly string[]): string {
  const hash = new Sha256();
  hash.update(JSON.stringify(names));
  return [...hash.digestSync()].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const ledgerOf = (user = "alice") => env.LEDGER.getByName(ledgerName("development", user));

/** Rows of a ledger's storage. */
export async function rowsOf(
  query: string,
  user = "alice",
): Promise<readonly Record<string, SqlStorageValue>[]> {
  return runInDurableObject(ledgerOf(user), async (_, state) =>
    state.storage.sql.exec(query).toArray(),
  );
}
