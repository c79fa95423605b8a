/** A Worker whose clock, ids and log the test holds. */
import type { IssuerDefinition } from "../../../src/config/definition.ts";
import { aws, defineConfig, r2, sharedSecret } from "../../../src/define.ts";
import type { Hooks } from "../../../src/hooks.ts";
import type { Dependencies } from "../../../src/service.ts";
import { createWorker, type Worker } from "../../../src/worker.ts";
import { expectAgreement } from "./compare-with-simulate.ts";
import { NO_LEDGER } from "./no-ledger.ts";
import { expectDescribed } from "./expect-described.ts";
import { mintShared } from "./tokens.ts";

export const NOW = Date.parse("2026-11-22T07:00:00Z");
export const SECRET = "a shared secret of more than thirty-two characters";
export const ENV = {
  MEDIA_ACCESS_KEY_ID: "AKIDMEDIA",
  MEDIA_SECRET_ACCESS_KEY: "media-secret-access-key",
  EUROPE_ACCESS_KEY_ID: "AKIDEUROPE",
  EUROPE_SECRET_ACCESS_KEY: "europe-secret-access-key",
  AUTH_SECRET: SECRET,
  UPLOAD_ID_SECRET: "an upload id secret of more than thirty-two characters",
  /** Nothing without UPLOAD_ID_SECRET_PREVIOUS. */
  UPLOAD_ID_SECRET_ROTATED_AT: "2026-11-22T07:00:00Z",
  RECEIPT_PRIVATE_KEY: JSON.stringify({
    kty: "EC",
    crv: "P-256",
    x: "R_uiDcPKOHiWixXatvyk1_BBzPsPAntD5CGoHG5s93o",
    y: "haISAH5NExherYcU_A1ZrkCpTPcH4J30qFYo1_szepk",
    d: "HZrSq-OLZffsc77THeXK75DDQgI43w-NztFTEl38NsE",
  }),
} as const;

export const ACCOUNT = "0123456789abcdef0123456789abcdef";

const ISSUERS: readonly IssuerDefinition[] = [
  sharedSecret({ issuer: "https://backend.example.com", audience: "uploads" }),
];

const DEFINITION = defineConfig({
  origins: ["https://app.example.com"],
  issuers: ISSUERS,
  stores: {
    media: aws({ region: "ap-northeast-2", bucket: "acme-media" }),
    europe: r2({ account: ACCOUNT, bucket: "acme-europe", jurisdiction: "eu" }),
  },
  defaultPolicy: "photo",
  policies: {
    photo: {
      store: "media",
      key: "photos/{user}/{id}.{ext}",
      types: ["image/*"],
      maxBytes: "10 MB",
      size: "optional",
      allowContentTypeOnly: true,
    },
    avatar: {
      store: "media",
      key: "avatars/{user}/{id}.{ext}",
      types: ["image/png", "image/jpeg"],
      maxBytes: "5 MB",
      expiresIn: "2 min",
      checksum: ["sha256", "md5"],
    },
    document: {
      store: { EU: "europe", KR: "media", SA: "europe", default: "media" },
      key: "documents/{user}/{id}/{name}",
      types: ["*/*"],
      maxBytes: "100 MB",
      metadata: ["album", "note"],
      backgroundExpiresIn: "1 day",
    },
    page: {
      store: "media",
      key: "pages/{user}/{yyyy}/{mm}/{dd}/{id}.{ext}",
      types: ["text/html"],
      maxBytes: "1 MB",
      cacheControl: "no-cache",
      contentDisposition: "attachment",
      storageClass: "STANDARD_IA",
      tags: { kind: "page", team: "a b" },
    },
    tenant: {
      store: "media",
      key: "tenants/{claim.tenant}/{user}/{id}.{ext}",
      types: ["image/png"],
      maxBytes: "1 MB",
    },
    draft: {
      store: "media",
      key: "drafts/{user}/{id}/{name}",
      types: ["text/plain"],
      maxBytes: 100,
      minBytes: 0,
      overwrite: true,
    },
  },
});

/** Plain data, so that a test can change one field of a copy. */
export const CONFIG = { ...DEFINITION, issuers: ISSUERS };

interface Options {
  readonly config?: unknown;
  readonly env?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Partial<Dependencies>;
  readonly hooks?: Hooks;
}

export interface TestWorker {
  readonly fetch: (
    path: string,
    init?: RequestInit & { readonly cf?: Readonly<Record<string, string>> },
  ) => Promise<Response>;
  readonly log: string[];
  /** The Worker itself. */
  readonly worker: Worker;
}

/** The Worker at https://uploads.example.com, or at whatever absolute URL a test names. */
export function startWorker({
  config = CONFIG,
  env = ENV,
  dependencies = {},
  hooks,
}: Options = {}): TestWorker {
  const log: string[] = [];
  const now = dependencies.now ?? (() => NOW);
  let ids = 0;
  const worker = createWorker(
    config,
    { LEDGER: NO_LEDGER, ...env },
    {
      newId: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, "0")}`,
      fetch: async () => Promise.reject(new Error("This test lets nothing out")),
      waitUntil: () => undefined,
      random: () => 0.5,
      log: (event, fields) => void log.push(JSON.stringify({ event, ...fields })),
      ...dependencies,
      now,
    },
    { hooks },
  );
  return {
    log,
    worker,
    fetch: async (path, init) => {
      const url = new URL(path, "https://uploads.example.com");
      const response = await worker.fetch(new Request(url, init));
      await expectDescribed(init?.method ?? "GET", url, response.clone());
      // A body that streams may have no end.
      if (
        init?.method === "POST" &&
        url.pathname === "/v1/uploads" &&
        !hooks &&
        // `simulate` knows no earlier request.
        !new Headers(init.headers).has("idempotency-key") &&
        typeof init.body === "string"
      )
        await expectAgreement(new Request(url, init), response.clone(), { config, env, now });
      return response;
    },
  };
}

/** A token for alice, an hour long, with the given claims. */
export async function tokenFor(claims: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const seconds = NOW / 1000;
  return mintShared(SECRET, {
    iss: "https://backend.example.com",
    aud: "uploads",
    sub: "alice",
    iat: seconds,
    exp: seconds + 3600,
    ...claims,
  });
}

/** `POST /v1/uploads` as alice. */
export async function postUpload(
  worker: TestWorker,
  body: unknown,
  claims: Readonly<Record<string, unknown>> = {},
): Promise<Response> {
  return worker.fetch("/v1/uploads", {
    method: "POST",
    headers: {
      authorization: `Bearer ${await tokenFor(claims)}`,
      "content-type": "application/json",
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}
