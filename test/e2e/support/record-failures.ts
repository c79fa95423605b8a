/** Records what the Worker answers where the store or the network fails. It runs in this process. */
import development from "../../../dev/presigner.config.ts";
import { DEVELOPMENT_SECRETS } from "../../../dev/secrets.ts";
import { NO_LEDGER } from "../../unit/support/no-ledger.ts";
import { exchange, type Asking, type Exchange, type Exchanges } from "./exchange.ts";

type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** `Dependencies` of src/service.ts, as Node.js has its types. */
interface Dependencies {
  readonly now: () => number;
  readonly newId: () => string;
  readonly random: () => number;
  readonly fetch: Fetch;
  readonly waitUntil: (promise: Promise<unknown>) => void;
  readonly log: (event: string, fields: object) => void;
}

interface WorkerModule {
  readonly createWorker: (
    definition: unknown,
    env: Readonly<Record<string, unknown>>,
    dependencies: Dependencies,
  ) => { readonly fetch: (request: Request) => Response | Promise<Response> };
}

/** Imported at run time: the file has the types of the Workers runtime, and this one those of Node.js. */
const { createWorker } = (await import(
  new URL("../../../src/worker.ts", import.meta.url).href
)) as WorkerModule;

const ORIGIN = "http://localhost:8787";
const MiB = 2 ** 20;
const NOTE = { policy: "document", filename: "a.txt", contentType: "text/plain", size: 5 };

const config = {
  ...development,
  // Most of these Workers have no ledger.
  revocations: false,
  policies: {
    ...development.policies,
    /** Two uploads of one name are one object. */
    film: {
      store: "local",
      key: "films/{user}/{name}",
      types: ["video/mp4"],
      maxBytes: "1 GB",
      multipartFrom: "8 MiB",
    },
  },
};

type Ask = (method: string, path: string, body?: unknown, asking?: Asking) => Promise<Exchange>;

/** Starts a Worker of the development configuration with some other dependencies. */
export function startWorker(
  dependencies: Partial<Dependencies>,
  env: Readonly<Record<string, unknown>> = {},
  definition: unknown = config,
): Ask {
  const worker = createWorker(
    definition,
    { ...DEVELOPMENT_SECRETS, LEDGER: NO_LEDGER, ...env },
    {
      now: () => Date.now(),
      newId: () => crypto.randomUUID(),
      random: () => Math.random(),
      fetch: async () => Promise.reject(new Error("There is no network")),
      waitUntil: () => undefined,
      log: () => undefined,
      ...dependencies,
    },
  );
  const answering = async (request: Request) => worker.fetch(request);
  return async (method, path, body, asking) =>
    exchange(ORIGIN, answering, [method, path, body], asking);
}

/** An object of that length is in the store, whatever its key, and two parts of every upload. */
function createStore(bytes: number): Fetch {
  return async (input, init) => {
    const { method, url } = new Request(input, init);
    if (method === "HEAD")
      return new Response(null, {
        headers: { "content-length": String(bytes), "content-type": "text/plain", etag: '"other"' },
      });
    const query = new URL(url).searchParams;
    if (method === "POST" && query.has("uploads"))
      return new Response(
        "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>",
      );
    const parts = [8 * MiB, 1].map(
      (size, index) =>
        `<Part><PartNumber>${index + 1}</PartNumber><ETag>"e"</ETag><Size>${size}</Size></Part>`,
    );
    return method === "GET"
      ? new Response(
          `<ListPartsResult><IsTruncated>false</IsTruncated>${parts.join("")}</ListPartsResult>`,
        )
      : new Response(null, { status: 204 });
  };
}

async function complete(ask: Ask, body: object): Promise<Exchange> {
  const ticket = await ask("POST", "/v1/uploads", body);
  if (ticket.answer.status !== 201) throw new Error(JSON.stringify(ticket.answer.body));
  const { id } = ticket.answer.body as { readonly id: string };
  return ask("POST", `/v1/uploads/${id}/complete`, {});
}

/** By the names of their files. */
export async function recordFailures(): Promise<Exchanges> {
  const calm = startWorker({});
  const exhausted = { limit: async () => ({ success: false }) };
  let ids = 0;
  const newId = () => {
    ids += 1;
    if (ids > 1) throw new Error("There are no more ids");
    return crypto.randomUUID();
  };
  const film = { policy: "film", filename: "a.mp4", contentType: "video/mp4", size: 8 * MiB + 1 };
  const limited = { policy: "limited", filename: "a.png", contentType: "image/png", size: 5 };
  return {
    "problem-already-exists": await complete(startWorker({ fetch: createStore(3) }), film),
    "problem-verification-rejected": await complete(startWorker({ fetch: createStore(3) }), NOTE),
    "problem-rate-limited": await startWorker({}, { RATE_LIMIT_CALLER: exhausted })(
      "POST",
      "/v1/uploads",
      NOTE,
    ),
    "problem-internal": await startWorker({ newId })("POST", "/v1/uploads", NOTE),
    "problem-store-unavailable": await complete(calm, NOTE),
    "problem-ledger-unavailable": await calm("POST", "/v1/uploads", limited),
    "problem-misconfigured": await startWorker({}, {}, {})("POST", "/v1/uploads", NOTE),
  };
}
