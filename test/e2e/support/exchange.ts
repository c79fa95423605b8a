/** One request and its answer, as the files in test/vectors have them. */
import { mintDevelopmentToken } from "../../../cli/mint.ts";

export interface Exchange {
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly body?: unknown;
  };
  readonly answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    /** Parsed where it is JSON, and text where it is the store's. */
    readonly body?: unknown;
  };
}

export type Exchanges = Readonly<Record<string, Exchange>>;

/** Where an answer says what its body does not. */
const HEADERS = ["content-type", "etag", "location", "retry-after", "www-authenticate"];
/** What `npm run dev` is reached by; the tests' own port is another one each time. */
const ORIGIN = "http://localhost:8787";

/** Whatever answers, in place of a network. */
export type Answering = (request: Request) => Response | Promise<Response>;

export interface Asking {
  readonly user?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks the service at `origin` as alice. A text is sent as XML. */
export async function exchange(
  origin: string,
  answering: Answering,
  [method, path, body]: readonly [method: string, path: string, body?: unknown],
  { user = "alice", headers = {} }: Asking = {},
): Promise<Exchange> {
  const token = await mintDevelopmentToken(user, { expiresInSeconds: 600 });
  const request = new Request(origin + path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && {
        "content-type": typeof body === "string" ? "application/xml" : "application/json",
      }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return describeExchange(origin, { method, path, body }, await answering(request));
}

/** Sends bytes to the store, as a ticket says or with other headers. */
export async function put(
  origin: string,
  ticket: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Exchange> {
  const { url, headers } = ticket;
  const response = await fetch(url, { method: "PUT", headers, body: bytes });
  const path = url.slice(new URL(url).origin.length);
  return describeExchange(origin, { method: "PUT", path }, response);
}

async function describeExchange(
  origin: string,
  request: Exchange["request"],
  response: Response,
): Promise<Exchange> {
  const text = (await response.text()).replaceAll(origin, ORIGIN);
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  const headers = HEADERS.flatMap((name) => {
    const value = response.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return {
    request,
    answer: {
      status: response.status,
      headers: Object.fromEntries(headers),
      ...(text !== "" && { body: isJson ? (JSON.parse(text) as unknown) : text }),
    },
  };
}

/** Fields whose value is part of the promise: all others may be any of their type. */
const LITERAL = new Set([
  "code",
  "error",
  "type",
  "title",
  "status",
  "method",
  "algorithm",
  "upload",
]);

/** What two answers to one question have in common, however often it is asked. */
export function shapeOf(value: unknown, name = ""): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value !== "object" || value === null)
    return LITERAL.has(name) && typeof value !== "object" ? value : typeof value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([key, inner]) => [key, shapeOf(inner, key)] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}
