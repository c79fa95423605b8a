/** The development server in one process with its embedded store: everything over HTTP. */
import { execFileSync } from "node:child_process";
import { createTestHarness } from "wrangler";

process.env["CLOUDFLARE_CF_FETCH_ENABLED"] = "false";
process.env["WRANGLER_SEND_METRICS"] = "false";

/** What the embedded store has under a key. */
export interface Stored {
  readonly bytes: Uint8Array;
  readonly contentType: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Server {
  readonly url: string;
  /** `undefined` where the object is absent. */
  readonly read: (key: string) => Promise<Stored | undefined>;
  readonly close: () => Promise<void>;
}

interface Bucket {
  readonly get: (key: string) => Promise<{
    readonly arrayBuffer: () => Promise<ArrayBuffer>;
    readonly httpMetadata?: { readonly contentType?: string };
    readonly customMetadata?: Readonly<Record<string, string>>;
  } | null>;
}

export async function startServer(vars: Readonly<Record<string, string>> = {}): Promise<Server> {
  const harness = createTestHarness({
    workers: [{ configPath: "./wrangler.toml", env: "dev", vars: { ...vars } }],
  });
  const { url } = await harness.listen();
  return {
    url: url.origin,
    read: async (key) => {
      const { LOCAL_BUCKET } = await harness.getWorker<{ LOCAL_BUCKET: Bucket }>().getEnv();
      const object = await LOCAL_BUCKET.get(key);
      if (!object) return undefined;
      return {
        bytes: new Uint8Array(await object.arrayBuffer()),
        contentType: object.httpMetadata?.contentType,
        metadata: object.customMetadata ?? {},
      };
    },
    close: async () => harness.close(),
  };
}

/** What the README's command prints. */
export function tokenFor(user: string, ...flags: readonly string[]): string {
  return execFileSync("npm", ["run", "-s", "token", "--", user, ...flags], {
    encoding: "utf8",
  }).trim();
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

/** `POST /v1/uploads`; fails unless a ticket comes back. */
export async function askForTicket(server: Server, token: string, body: object): Promise<Ticket> {
  const response = await fetch(`${server.url}/v1/uploads`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (response.status !== 201)
    throw new Error(`No ticket: ${response.status} ${await response.text()}`);
  return (await response.json()) as Ticket;
}

interface Put {
  readonly url?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends the bytes as the ticket says, or with what a test changes. The answer's text is read. */
export async function put(
  ticket: Ticket,
  bytes: Uint8Array<ArrayBuffer>,
  changes: Put = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(changes.url ?? ticket.url, {
    method: changes.method ?? ticket.method,
    headers: { ...ticket.headers, ...changes.headers },
    body: bytes,
  });
  return { status: response.status, text: await response.text() };
}

export const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
