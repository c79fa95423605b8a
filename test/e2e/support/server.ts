/** The Worker over HTTP, with the store that the tests run on. */
import jwt from "jsonwebtoken";
import { createTestHarness } from "wrangler";
import { DEVELOPMENT_SECRETS } from "../../../dev/secrets.ts";
import { STORE, addressOf, createReader, type StoreAddress, type Stored } from "./store.ts";

process.env["CLOUDFLARE_CF_FETCH_ENABLED"] = "false";
process.env["WRANGLER_SEND_METRICS"] = "false";

export interface Server {
  readonly url: string;
  readonly store: StoreAddress;
  /** `undefined` where the object is absent. */
  readonly read: (key: string) => Promise<Stored | undefined>;
  /** Every line that the Worker has logged. */
  readonly readLog: () => readonly string[];
  readonly close: () => Promise<void>;
}

/** The development server itself. */
export async function startServer(vars: Readonly<Record<string, string>> = {}): Promise<Server> {
  return STORE === "embedded"
    ? start({ configPath: "./wrangler.toml", env: "dev", vars })
    : startFixture(vars);
}

/** The same with policies that only tests have, on the store that the environment names. */
export async function startFixture(vars: Readonly<Record<string, string>> = {}): Promise<Server> {
  const { origin, region, bucket, accessKeyId, secretAccessKey } = addressOf("");
  const peer = {
    S3_ENDPOINT: origin,
    S3_REGION: region,
    S3_BUCKET: bucket,
    LOCAL_ACCESS_KEY_ID: accessKeyId,
    LOCAL_SECRET_ACCESS_KEY: secretAccessKey,
    // A quarantine wants two pairs. What each may do is not what these tests are about.
    LOCAL_READ_ACCESS_KEY_ID: accessKeyId,
    LOCAL_READ_SECRET_ACCESS_KEY: secretAccessKey,
  };
  return start({
    configPath: "./test/e2e/fixture/wrangler.toml",
    vars: { STORE, ...(STORE !== "embedded" && peer), ...measured(), ...vars },
  });
}

/** The consumer of a queue with events of the embedded store. */
export async function startEvents(vars: Readonly<Record<string, string>>): Promise<Server> {
  return start({ configPath: "./test/e2e/fixture/events/wrangler.toml", vars });
}

/** The service with an audit: to its queue, or to the URL in AUDIT_URL. */
export async function startAudited(vars: Readonly<Record<string, string>> = {}): Promise<Server> {
  return start({ configPath: "./test/e2e/fixture/audit/wrangler.toml", vars });
}

/** The service with a scanner over HTTP, and one behind a service binding. */
export async function startScanned(vars: Readonly<Record<string, string>>): Promise<Server> {
  const folder = "./test/e2e/fixture";
  const scanner = { configPath: `${folder}/scanner/wrangler.toml`, vars: { ...vars } };
  return start({ configPath: `${folder}/scanned/wrangler.toml`, vars }, [scanner]);
}

/** A deployment whose secrets are in the Secrets Store, which is empty at first. */
export async function startSecrets(vars: Readonly<Record<string, string>>): Promise<Server> {
  return start({ configPath: "./test/e2e/fixture/secrets/wrangler.toml", vars });
}

/** What the fixture has to know of a server that the tests do not know. */
function measured(): Readonly<Record<string, string>> {
  const names = ["STORE_PROVIDER", "STORE_SETTING"];
  return Object.fromEntries(names.map((name) => [name, process.env[name] ?? ""]));
}

interface WorkerOptions {
  readonly configPath: string;
  readonly env?: string;
  readonly vars: Readonly<Record<string, string>>;
}

async function start(
  { vars, ...options }: WorkerOptions,
  others: readonly { readonly configPath: string; readonly vars: Record<string, string> }[] = [],
): Promise<Server> {
  const harness = createTestHarness({ workers: [{ ...options, vars: { ...vars } }, ...others] });
  const { url } = await harness.listen();
  const store = addressOf(url.origin);
  return {
    url: url.origin,
    store,
    read: createReader(store),
    readLog: () => harness.getLogs().map(({ message }) => message),
    close: async () => harness.close(),
  };
}

/** Returns an hour's token as `npm run token` prints it, signed by another library. */
export function tokenFor(user: string, claims: object = {}): string {
  return jwt.sign(claims, DEVELOPMENT_SECRETS.AUTH_SECRET, {
    algorithm: "HS256",
    issuer: "development",
    audience: "edge-presigner",
    subject: user,
    expiresIn: "1 h",
  });
}

export interface Ticket {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentLength?: number;
  readonly expiresIn: number;
}

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** A request to the Worker, with JSON in and out. */
export async function call(
  server: Server,
  token: string,
  method: string,
  path: string,
  body?: object,
): Promise<Answer> {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body && { "content-type": "application/json" }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}

/** `POST /v1/uploads`; fails unless a ticket comes back. */
export async function askForTicket(server: Server, token: string, body: object): Promise<Ticket> {
  const answer = await call(server, token, "POST", "/v1/uploads", body);
  if (answer.status !== 201)
    throw new Error(`No ticket: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body as unknown as Ticket;
}

interface Put {
  readonly url?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface PutAnswer {
  readonly status: number;
  readonly text: string;
  readonly etag: string;
}

/** Sends the bytes as the ticket says, or with what a test changes. The answer's text is read. */
export async function put(
  ticket: Pick<Ticket, "url" | "method" | "headers">,
  bytes: Uint8Array<ArrayBuffer>,
  changes: Put = {},
): Promise<PutAnswer> {
  const response = await fetch(changes.url ?? ticket.url, {
    method: changes.method ?? ticket.method,
    headers: { ...ticket.headers, ...changes.headers },
    body: bytes,
  });
  const etag = response.headers.get("etag") ?? "";
  return { status: response.status, text: await response.text(), etag };
}

export const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
