/** An S3 store behind a Worker's outbound `fetch`: it keeps one object and its parts, answers as a test scripts it, and remembers what it was asked. */
import { expect } from "vitest";
import { aws, ceph, defineConfig, scaleway } from "../../../src/define.ts";
import type { Dependencies } from "../../../src/service.ts";
import { escapeXml } from "../../../src/store/xml.ts";
import { CONFIG, ENV, tokenFor, type TestWorker } from "./start-worker.ts";

export const MiB = 2 ** 20;
export const UPLOAD_ID = "2~store.upload_id";

export type Operation =
  | "CreateMultipartUpload"
  | "ListParts"
  | "CompleteMultipartUpload"
  | "AbortMultipartUpload"
  | "HeadObject"
  | "PutObject"
  | "DeleteObject";

interface Asked {
  readonly operation: Operation;
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string;
}

export type Script = (asked: Asked) => Response | Promise<Response>;

interface Part {
  readonly size: number;
  readonly etag: string;
  readonly sha256?: string;
}

export interface FakeStore {
  readonly fetch: Dependencies["fetch"];
  readonly requests: Asked[];
  /** What is answered in place of what the store has. */
  readonly scripts: Partial<Record<Operation, Script>>;
  readonly parts: Map<number, Part>;
  /** The headers of the object, once there is one. */
  object: Readonly<Record<string, string>> | undefined;
  /** How often it was asked for that. */
  readonly count: (operation: Operation) => number;
  /** The one request of that kind. */
  readonly single: (operation: Operation) => Asked;
}

export function createStore(scripts: FakeStore["scripts"] = {}): FakeStore {
  const single = (operation: Operation): Asked => {
    const [asked, ...others] = store.requests.filter((one) => one.operation === operation);
    if (!asked || others.length > 0) throw new Error(`Not one ${operation}`);
    return asked;
  };
  const store: FakeStore = {
    requests: [],
    scripts,
    parts: new Map(),
    object: undefined,
    single,
    count: (operation) => store.requests.filter((one) => one.operation === operation).length,
    async fetch(input, init) {
      const request = new Request(input, init);
      const url = new URL(request.url);
      const operation = operationOf(request.method, url.searchParams);
      const { method, headers } = request;
      const asked = { operation, method, url, headers, body: await request.text() };
      store.requests.push(asked);
      return (store.scripts[operation] ?? ANSWERS[operation](store))(asked);
    },
  };
  return store;
}

function operationOf(method: string, query: URLSearchParams): Operation {
  const ofParts = query.has("uploadId");
  if (method === "POST")
    return query.has("uploads") ? "CreateMultipartUpload" : "CompleteMultipartUpload";
  if (method === "GET" && ofParts) return "ListParts";
  if (method === "DELETE") return ofParts ? "AbortMultipartUpload" : "DeleteObject";
  if (method === "HEAD") return "HeadObject";
  if (method === "PUT") return "PutObject";
  throw new Error(`A store is asked no ${method}`);
}

/** What a store answers that has what it has. */
const ANSWERS: Readonly<Record<Operation, (store: FakeStore) => Script>> = {
  CreateMultipartUpload: () => () =>
    xml(
      "InitiateMultipartUploadResult",
      `<Bucket>acme</Bucket><UploadId>${escapeXml(UPLOAD_ID)}</UploadId>`,
    ),
  ListParts:
    ({ parts }) =>
    ({ url }) => {
      const after = Number(url.searchParams.get("part-number-marker") ?? 0);
      const most = Number(url.searchParams.get("max-parts") ?? 1000);
      const rest = [...parts].filter(([partNumber]) => partNumber > after);
      const page = rest.slice(0, most);
      const marker = page.at(-1)?.[0] ?? 0;
      return listed(
        page.map(([partNumber, part]) => partXml(partNumber, part)).join(""),
        rest.length > most ? `<NextPartNumberMarker>${marker}</NextPartNumberMarker>` : undefined,
      );
    },
  CompleteMultipartUpload: (store) => () => {
    const size = [...store.parts.values()].reduce((sum, part) => sum + part.size, 0);
    const created = store.requests.find(({ operation }) => operation === "CreateMultipartUpload");
    store.object = {
      "content-length": String(size),
      "content-type": created?.headers.get("content-type") ?? "",
      etag: '"whole"',
    };
    return xml("CompleteMultipartUploadResult", "<ETag>&quot;whole&quot;</ETag>");
  },
  AbortMultipartUpload: () => () => status(204),
  HeadObject: (store) => () =>
    store.object ? new Response(null, { headers: store.object }) : status(404),
  PutObject:
    (store) =>
    ({ headers, body }) => {
      const sent = [...headers].filter(([name]) => name.startsWith("x-amz-meta-"));
      const object = { "content-length": String(body.length), etag: '"put"' };
      store.object = { ...Object.fromEntries(sent), ...object };
      return new Response(null, { headers: { etag: object.etag } });
    },
  DeleteObject: (store) => () => {
    store.object = undefined;
    return status(204);
  },
};

export const status = (code: number): Response => new Response(null, { status: code });

export const refused = (code: string, statusCode: number): Response =>
  new Response(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code></Error>`, {
    status: statusCode,
  });

export const xml = (root: string, content: string): Response =>
  new Response(
    `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${root}>`,
  );

/** A page of parts; one that is not the last ends with the start of the next one. */
export const listed = (parts: string, next?: string): Response =>
  xml("ListPartsResult", `<IsTruncated>${next !== undefined}</IsTruncated>${next ?? ""}${parts}`);

function partXml(partNumber: number, { size, etag, sha256 }: Part): string {
  const checksum = sha256 === undefined ? "" : `<ChecksumSHA256>${sha256}</ChecksumSHA256>`;
  return `<Part><PartNumber>${partNumber}</PartNumber><ETag>&quot;${etag}&quot;</ETag><Size>${size}</Size>${checksum}</Part>`;
}

/** What the client's PUTs leave: the parts of a file of `size` bytes. */
export function putParts(store: FakeStore, size: number, partSize = 8 * MiB): void {
  for (let partNumber = 1; (partNumber - 1) * partSize < size; partNumber += 1) {
    const bytes = Math.min(partSize, size - (partNumber - 1) * partSize);
    store.parts.set(partNumber, { size: bytes, etag: `etag-${partNumber}` });
  }
}

const VIDEO = {
  store: "media",
  types: ["video/*"],
  maxBytes: "5 TiB",
  multipartFrom: "8 MiB",
  resumeWithin: "1 day",
} as const;

export const PARTS_CONFIG = defineConfig({
  origins: CONFIG.origins,
  issuers: CONFIG.issuers,
  stores: {
    media: aws({ region: "ap-northeast-2", bucket: "acme-media" }),
    few: scaleway({ region: "fr-par", bucket: "acme-few" }),
    plain: ceph({ endpoint: "https://rgw.example.com", region: "default", bucket: "acme-plain" }),
  },
  defaultPolicy: "video",
  policies: {
    video: {
      ...VIDEO,
      key: "videos/{user}/{id}.{ext}",
      metadata: ["album"],
      cacheControl: "no-cache",
      size: "optional",
      backgroundExpiresIn: "12 h",
    },
    metered: { ...VIDEO, key: "metered/{user}/{id}.{ext}", quota: { pending: 10 } },
    draft: { ...VIDEO, key: "drafts/{user}/{id}.{ext}", overwrite: true },
    few: { ...VIDEO, store: "few", key: "few/{user}/{id}.{ext}", maxBytes: "5000 GiB" },
    plain: { ...VIDEO, store: "plain", key: "plain/{user}/{id}.{ext}" },
    clip: { store: "media", key: "clips/{user}/{id}.{ext}", types: ["video/*"], maxBytes: "5 GB" },
    form: {
      ...VIDEO,
      key: "forms/{user}/{id}/{name}",
      overwrite: true,
      postForm: true,
      metadata: ["album"],
      cacheControl: "no-cache",
    },
    "form-metered": {
      ...VIDEO,
      key: "forms/{user}/{id}/{name}",
      overwrite: true,
      postForm: true,
      quota: { pending: 2 },
    },
    "form-plain": {
      ...VIDEO,
      store: "plain",
      key: "forms/{user}/{id}/{name}",
      overwrite: true,
      postForm: true,
    },
  },
});

export const PARTS_ENV = {
  ...ENV,
  FEW_ACCESS_KEY_ID: "AKIDFEW",
  FEW_SECRET_ACCESS_KEY: "few-secret-access-key",
  PLAIN_ACCESS_KEY_ID: "AKIDPLAIN",
  PLAIN_SECRET_ACCESS_KEY: "plain-secret-access-key",
} as const;

interface Sent {
  readonly body?: unknown;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly cf?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request as alice, with a token that outlives every test. */
export async function send(
  worker: TestWorker,
  method: string,
  path: string,
  { body, claims, cf, headers }: Sent = {},
): Promise<Response> {
  const token = await tokenFor({ exp: Date.parse("2050-01-01T00:00:00Z") / 1000, ...claims });
  return worker.fetch(path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(cf && { cf }),
  });
}

export async function expectProblem(
  response: Response,
  statusCode: number,
  code: string,
  extras: object = {},
): Promise<void> {
  const body = await response.json<Record<string, unknown>>();
  expect({ status: response.status, body }).toMatchObject({
    status: statusCode,
    body: { code, ...extras },
  });
  expect(response.headers.get("content-type")).toBe("application/problem+json");
}

/** Where a error of the request is. */
export const at = (pointer: string) => ({ errors: [{ pointer }] });

interface PartTicket {
  readonly partNumber: number;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentLength: number;
  readonly expiresIn: number;
  readonly expiresAt: string;
}

export interface CreatedUpload {
  readonly id: string;
  readonly key: string;
  readonly multipart: {
    readonly uploadId: string;
    readonly partSize: number;
    readonly partCount: number;
    readonly parts: readonly PartTicket[];
    readonly nextPartNumber?: number;
  };
}

/** An multipart upload that the store has created. */
export async function createUpload(
  worker: TestWorker,
  size: number,
  fields: object = {},
): Promise<CreatedUpload> {
  const body = { contentType: "video/mp4", size, multipart: true, ...fields };
  const response = await send(worker, "POST", "/v1/uploads", { body });
  expect(response.status).toBe(201);
  return response.json();
}
