/**
 * This service as it is deployed for R2: `src/index.ts` with a configuration of the benchmark. Its
 * rate limiters allow everything, because a bare workerd has no such binding. With the variable
 * `NO_RATE_LIMIT` it has none, as where wrangler.toml lacks them.
 */
import { env } from "cloudflare:workers";
import { defineConfig, jwks, r2, sharedSecret } from "../../src/define.ts";
import { createLedgerClass } from "../../src/ledger/durable-object.ts";
import { RUNTIME } from "../../src/runtime.ts";
import { createWorker, type WorkerEnv } from "../../src/worker.ts";
import {
  ACCESS_KEY_ID,
  ACCOUNT,
  AUDIENCE,
  AUTH_SECRET,
  PUBLISHED_ISSUER,
  SECRET_ACCESS_KEY,
  SHARED_ISSUER,
} from "../identity.ts";

const config = defineConfig({
  origins: ["https://app.acme.dev"],
  issuers: [
    sharedSecret({ issuer: SHARED_ISSUER, audience: AUDIENCE }),
    jwks({
      issuer: PUBLISHED_ISSUER,
      jwksUrl: `${PUBLISHED_ISSUER}/.well-known/jwks.json`,
      audience: AUDIENCE,
      algorithms: ["ES256"],
      userPrefix: "p",
    }),
  ],
  stores: { media: r2({ account: ACCOUNT, bucket: "media" }) },
  defaultPolicy: "photo",
  policies: {
    photo: {
      store: "media",
      key: "photos/{user}/{id}.{ext}",
      types: ["image/jpeg", "image/png", "image/webp"],
      maxBytes: "10 MB",
      size: "optional",
      allowContentTypeOnly: true,
      download: true,
    },
    video: {
      store: "media",
      key: "videos/{user}/{id}.{ext}",
      types: ["video/mp4"],
      maxBytes: "5 GB",
      multipartFrom: "8 MiB",
    },
    counted: {
      store: "media",
      key: "counted/{user}/{id}.{ext}",
      types: ["image/jpeg"],
      maxBytes: "10 MB",
      expiresIn: "1 day",
      quota: { uploads: "1000000 / day", bytes: "1000 TB / day", pending: 1_000_000 },
    },
  },
});

const SECRETS = {
  AUTH_SECRET,
  MEDIA_ACCESS_KEY_ID: ACCESS_KEY_ID,
  MEDIA_SECRET_ACCESS_KEY: SECRET_ACCESS_KEY,
  UPLOAD_ID_SECRET: "benchmark-only: anybody may make upload ids with this",
  RECEIPT_PRIVATE_KEY: JSON.stringify({
    kty: "EC",
    crv: "P-256",
    x: "zaZrAslnAi6FhVQcf8uajnnfqiB8nzMolO0bPlBiErw",
    y: "FVZozKCPdXVcVlWKXWxSwifO16FoD-PT9HorG2arlzI",
    d: "KLIYwxtczXOS0Hbfn-nMDIWFtj7SjLmeXJ2pZ_opFrg",
  }),
};

const unlimited = { limit: async () => ({ success: true }) };
const bindings: WorkerEnv & { readonly NO_RATE_LIMIT?: string } = { ...env };
const rateLimits = bindings.NO_RATE_LIMIT
  ? {}
  : { RATE_LIMIT_ADDRESS: unlimited, RATE_LIMIT_CALLER: unlimited };

const worker = createWorker(
  config,
  { ...SECRETS, ...rateLimits, LEDGER: bindings.LEDGER },
  RUNTIME,
);
// oxlint-disable-next-line import/no-default-export -- the entry of a Worker
export default worker;
/** The Durable Object, on disk in the benchmark. */
export class Ledger extends createLedgerClass(worker.getLedgerDependencies) {}
