/** A Worker with `revocations: true`, its real ledgers, and a store that has multipart uploads. */
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { aws, r2, sharedSecret } from "../../../src/define.ts";
import type { Hooks } from "../../../src/hooks.ts";
import { escapeXml } from "../../../src/store/xml.ts";
import { ADMIN_ENV, ADMIN_ISSUER, adminToken } from "./admin.ts";
import { ACCOUNT, CONFIG, SECRET, startWorker, type TestWorker } from "./start-worker.ts";
import { mintShared } from "./tokens.ts";

/** Well in the future, so that no alarm of the platform goes off by itself. */
export const START = Date.parse("2040-01-01T00:00:00Z");
export const USERS = "https://backend.example.com";

const VIDEO = {
  store: "media",
  types: ["video/*"],
  maxBytes: "1 GB",
  multipartFrom: "8 MiB",
  resumeWithin: "1 day",
} as const;

export const REVOCABLE_CONFIG = {
  ...CONFIG,
  issuers: [sharedSecret({ issuer: USERS, audience: "uploads" }), ADMIN_ISSUER],
  revocations: true,
  stores: {
    ...CONFIG.stores,
    media: aws({ region: "ap-northeast-2", bucket: "acme-media" }),
    jobs: r2({ account: ACCOUNT, bucket: "acme-jobs" }),
  },
  policies: {
    photo: { ...CONFIG.policies.photo, download: true, delete: true },
    film: { ...VIDEO, key: "films/{user}/{id}.{ext}", backgroundExpiresIn: "10 min" },
    metered: { ...VIDEO, key: "metered/{user}/{id}.{ext}", quota: { pending: 1000 } },
    team: {
      ...VIDEO,
      key: "teams/{claim.team}/{user}/{id}.{ext}",
      quota: { pending: 1000 },
      quotaFor: "{claim.team}",
    },
    sync: {
      store: "jobs",
      key: "sync/{user}/",
      credentials: { actions: ["read", "write"], expiresIn: "1 h" },
    },
  },
};

const REVOCABLE_ENV = {
  ...ADMIN_ENV,
  LEDGER: env.LEDGER,
  JOBS_ACCESS_KEY_ID: "AKIDJOBS",
  JOBS_SECRET_ACCESS_KEY: "jobs-secret-access-key",
  JOBS_SCOPED_ACCESS_KEY_ID: "AKIDSCOPED",
  JOBS_SCOPED_SECRET_ACCESS_KEY: "scoped-secret-access-key",
};

interface Open {
  readonly key: string;
  readonly createdAtMs: number;
}

/** The multipart uploads of a bucket, by their ids. */
interface MultipartStore {
  readonly open: Map<string, Open>;
  /** What is answered in place of a list. */
  list: (() => Response) | undefined;
  /** Keys whose uploads cannot be aborted. */
  readonly stuck: Set<string>;
}

const MULTIPART_PAGE = 5;

function answerFromStore(store: MultipartStore, request: Request): Response {
  const url = new URL(request.url);
  const key = decodeURIComponent(url.pathname.slice(1));
  const { searchParams: query } = url;
  if (request.method === "POST" && query.has("uploads")) {
    const id = `upload-${store.open.size}-${key.length}`;
    store.open.set(id, { key, createdAtMs: Date.now() });
    return xml("InitiateMultipartUploadResult", `<Bucket>acme</Bucket><UploadId>${id}</UploadId>`);
  }
  if (request.method === "GET" && query.has("uploads"))
    return store.list?.() ?? listPage(store, query);
  if (request.method === "DELETE" && query.has("uploadId")) {
    if (store.stuck.has(key)) return new Response(null, { status: 500 });
    return new Response(null, {
      status: store.open.delete(query.get("uploadId") ?? "") ? 204 : 404,
    });
  }
  if (request.method === "DELETE") return new Response(null, { status: 204 });
  return new Response(null, { status: 404 });
}

function listPage({ open }: MultipartStore, query: URLSearchParams): Response {
  const prefix = query.get("prefix") ?? "";
  const marker = query.get("upload-id-marker");
  const all = [...open]
    .filter(([, { key }]) => key.startsWith(prefix))
    .toSorted(([a, { key }], [b, { key: other }]) => (`${key} ${a}` < `${other} ${b}` ? -1 : 1));
  const from = marker === null ? 0 : all.findIndex(([id]) => id === marker) + 1;
  const page = all.slice(from, from + MULTIPART_PAGE);
  const isTruncated = from + MULTIPART_PAGE < all.length;
  const [last] = page.slice(-1);
  const next =
    isTruncated && last
      ? `<NextKeyMarker>${escapeXml(last[1].key)}</NextKeyMarker><NextUploadIdMarker>${last[0]}</NextUploadIdMarker>`
      : "";
  const uploads = page.map(
    ([id, { key, createdAtMs }]) =>
      `<Upload><Key>${escapeXml(key)}</Key><UploadId>${id}</UploadId><Initiated>${new Date(createdAtMs).toISOString()}</Initiated></Upload>`,
  );
  return xml(
    "ListMultipartUploadsResult",
    `<IsTruncated>${isTruncated}</IsTruncated>${next}${uploads.join("")}`,
  );
}

function xml(root: string, content: string): Response {
  return new Response(`<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${content}</${root}>`);
}

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface RevocableWorker extends TestWorker {
  readonly store: MultipartStore;
  /** As a user, with a token that was issued so many seconds ago. */
  readonly ask: (method: string, path: string, asking?: Asking) => Promise<Answer>;
  /** `POST /v1/admin/revocations` as an admin. */
  readonly revoke: (body?: unknown) => Promise<Answer>;
}

interface Asking {
  readonly user?: string;
  readonly age?: number;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Starts another isolate: it knows nothing yet. The clock is that of `vi`. */
export function startRevocable({
  config = REVOCABLE_CONFIG,
  env: more = {},
  hooks,
}: {
  readonly config?: object;
  readonly env?: Readonly<Record<string, unknown>>;
  readonly hooks?: Hooks;
} = {}): RevocableWorker {
  const store: MultipartStore = { open: new Map(), list: undefined, stuck: new Set() };
  const started = startWorker({
    config,
    env: { ...REVOCABLE_ENV, ...more },
    ...(hooks && { hooks }),
    dependencies: {
      now: () => Date.now(),
      newId: () => crypto.randomUUID(),
      fetch: async (input, init) =>
        Promise.resolve(answerFromStore(store, new Request(input, init))),
    },
  });
  const send = async (
    method: string,
    path: string,
    { body, headers = {} }: { body?: unknown; headers?: Readonly<Record<string, string>> },
  ) => {
    const isText = body === undefined || typeof body === "string";
    const response = await started.fetch(path, {
      method,
      headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
      ...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed = text.startsWith("{") ? (JSON.parse(text) as Answer["body"]) : { text };
    return { status: response.status, body: parsed };
  };
  return {
    ...started,
    store,
    async ask(method, path, { user = "alice", age = 0, claims, body, headers } = {}) {
      const seconds = Math.floor(Date.now() / 1000);
      const token = await mintShared(SECRET, {
        iss: USERS,
        aud: "uploads",
        sub: user,
        iat: seconds - age,
        exp: seconds + 3600,
        ...claims,
      });
      const all = { authorization: `Bearer ${token}`, ...headers };
      return send(method, path.replace("TOKEN", token), { body, headers: all });
    },
    async revoke(body = {}) {
      const seconds = Math.floor(Date.now() / 1000);
      const token = await adminToken({ iat: seconds, exp: seconds + 600 });
      return send("POST", "/v1/admin/revocations", {
        body,
        headers: { authorization: `Bearer ${token}` },
      });
    },
  };
}

export function moveClock(seconds: number): void {
  vi.setSystemTime(Date.now() + seconds * 1000);
}
