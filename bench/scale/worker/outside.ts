/** What is outside of the service: an S3 store and a receiver of webhooks, each of which can be down. */
import type { Fetch } from "../../../src/bounded-fetch.ts";

/** `refuses` answers 503 at once, `hangs` never answers. */
export type Health = "up" | "refuses" | "hangs";

export interface Outside {
  readonly fetch: Fetch;
  /** A client's PUT. Returns whether the store has it now. */
  readonly put: (key: string, bytes: number) => boolean;
  readonly putPart: () => void;
  readonly has: (key: string) => boolean;
  /** How often each message was accepted, by its id. */
  readonly accepted: ReadonlyMap<string, number>;
  /** Requests so far, by what R2 and S3 bill: `PUT`, `POST`, `HEAD`, `GET`, `DELETE`, `LIST` (of parts), and `webhook`. */
  readonly requests: Record<string, number>;
  /** How long one waits for the answers since the last call: six come at once (Cloudflare: "Simultaneous open connections"). */
  readonly takeWaitMs: () => number;
}

interface Settings {
  readonly storeHealth: () => Health;
  readonly receiverHealth: () => Health;
  /** Multipart uploads have this many parts, of 5 MiB each. */
  readonly partCount?: number;
}

export const RECEIVER = "https://receiver.acme.dev/hook";
/** Until the store or the receiver answers. */
const ANSWER_MS = 100;
/** `TIMEOUT_MS` of src/store/request.ts and of src/ledger/webhook.ts. */
const STORE_TIMEOUT_MS = 10_000;
const RECEIVER_TIMEOUT_MS = 15_000;
const CONNECTIONS = 6;
const PART_BYTES = 5 * 1024 * 1024;

export function createOutside({ storeHealth, receiverHealth, partCount = 0 }: Settings): Outside {
  const objects = new Map<string, number>();
  const accepted = new Map<string, number>();
  const requests: Record<string, number> = {};
  let waits = { answered: 0, hungMs: 0 };

  const count = (name: string) => {
    requests[name] = (requests[name] ?? 0) + 1;
  };
  /** Answers after a while, or throws as a time limit does. */
  const reach = (health: Health, timeoutMs: number, answer: () => Response) => {
    if (health === "hangs") {
      // All that is sent at once is given up at once.
      waits.hungMs = timeoutMs;
      throw new DOMException("No answer", "TimeoutError");
    }
    waits.answered += 1;
    return health === "refuses" ? new Response(null, { status: 503 }) : answer();
  };
  const answerOfStore = (method: string, url: URL, sent: Headers): Response => {
    const { searchParams } = url;
    const key = keyOf(url.pathname);
    if (method === "POST" && searchParams.has("uploads"))
      return xml(
        "<InitiateMultipartUploadResult><UploadId>simulated</UploadId></InitiateMultipartUploadResult>",
      );
    if (method === "POST") {
      objects.set(key, partCount * PART_BYTES);
      return xml(
        "<CompleteMultipartUploadResult><ETag>simulated</ETag></CompleteMultipartUploadResult>",
      );
    }
    if (method === "GET" && searchParams.has("uploadId")) return xml(listParts(partCount));
    if (method === "PUT") {
      objects.set(key, objects.get(keyOf(`/${sent.get("x-amz-copy-source") ?? ""}`)) ?? 0);
      return xml(`<CopyObjectResult><ETag>${etagOf(key)}</ETag></CopyObjectResult>`);
    }
    if (method === "DELETE") {
      objects.delete(key);
      return new Response(null, { status: 204 });
    }
    const bytes = objects.get(key);
    if (bytes === undefined) return new Response(null, { status: 404 });
    const headers = {
      "content-length": String(bytes),
      "content-type": typeOf(key),
      etag: etagOf(key),
    };
    if (method !== "GET") return new Response(null, { headers });
    return new Response(JPEG, { headers: { ...headers, "content-length": String(JPEG.length) } });
  };
  return {
    accepted,
    requests,
    has: (key) => objects.has(key),
    putPart: () => count("PUT"),
    put(key, bytes) {
      count("PUT");
      if (storeHealth() !== "up") return false;
      objects.set(key, bytes);
      return true;
    },
    // oxlint-disable-next-line typescript/require-await -- a fetch that answers at once
    async fetch(url, init) {
      if (url === RECEIVER) {
        count("webhook");
        return reach(receiverHealth(), RECEIVER_TIMEOUT_MS, () => {
          const id = new Headers(init.headers).get("webhook-id") ?? "";
          accepted.set(id, (accepted.get(id) ?? 0) + 1);
          return new Response(null, { status: 204 });
        });
      }
      const { method = "GET" } = init;
      const asked = new URL(url);
      count(method === "GET" && asked.searchParams.has("uploadId") ? "LIST" : method);
      return reach(storeHealth(), STORE_TIMEOUT_MS, () =>
        answerOfStore(method, asked, new Headers(init.headers)),
      );
    },
    takeWaitMs() {
      const answered = Math.ceil(waits.answered / CONNECTIONS);
      const ms = answered * ANSWER_MS + waits.hungMs;
      waits = { answered: 0, hungMs: 0 };
      return ms;
    },
  };
}

/** The start of a JPEG, which a quarantine looks at. */
const JPEG = new Uint8Array([0xff, 0xd8, 0xff, 0xe0]);

/** Of a path that begins with the bucket. */
export const keyOf = (path: string): string =>
  decodeURIComponent(path.split("/").slice(2).join("/"));
/** A copy has that of its source: both end with the id. */
const etagOf = (key: string) => `"${key.split("/").at(-1)}"`;
const typeOf = (key: string) => (key.endsWith(".mp4") ? "video/mp4" : "image/jpeg");

const xml = (text: string) =>
  new Response(text, { headers: { "content-type": "application/xml" } });

function listParts(count: number): string {
  const parts = Array.from(
    { length: count },
    (_, index) =>
      `<Part><PartNumber>${index + 1}</PartNumber><ETag>"${index + 1}"</ETag><Size>${PART_BYTES}</Size></Part>`,
  );
  return `<ListPartsResult><IsTruncated>false</IsTruncated>${parts.join("")}</ListPartsResult>`;
}
