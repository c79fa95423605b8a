/** The service as it is deployed for R2, with the policies that are counted and simulated. */
import { defineConfig, r2, sharedSecret } from "../../../src/define.ts";
import type { Fetch } from "../../../src/bounded-fetch.ts";
import type { WorkerEnv } from "../../../src/compose/worker-env.ts";
import { createWorker, type Worker } from "../../../src/worker.ts";
import { SECRETS } from "../../config.ts";
import { ACCOUNT, AUDIENCE, SHARED_ISSUER } from "../../identity.ts";
import { RECEIVER } from "./outside.ts";

/** Public, and nothing else uses it. */
const WEBHOOK_SECRET = "whsec_35AGUotIBn+7bPZo0UCB/X+ZLjX26ycKgFa40Eo74YA=";
const PHOTO = { store: "media", types: ["image/jpeg"], maxBytes: "100 MB" } as const;
const QUOTA = { uploads: "1000 / day", bytes: "50 GB / day", pending: 100 } as const;

const policies = {
  stateless: { ...PHOTO, key: "stateless/{user}/{id}.{ext}" },
  counted: { ...PHOTO, key: "counted/{user}/{id}.{ext}", quota: QUOTA },
  kept: { ...PHOTO, key: "kept/{user}/{id}.{ext}", quota: { stored: "1 TB", objects: 100_000 } },
  team: {
    ...PHOTO,
    key: "team/{claim.team}/{user}/{id}.{ext}",
    quota: { bytes: "1000 TB / day", pending: 1_000_000 },
    quotaFor: "{claim.team}",
  },
  video: {
    store: "media",
    key: "videos/{user}/{id}.{ext}",
    types: ["video/mp4"],
    maxBytes: "5 GB",
    multipartFrom: "5 MiB",
    quota: QUOTA,
  },
} as const;

export type PolicyName = keyof typeof policies;

interface World {
  readonly now: () => number;
  readonly random: () => number;
  readonly newId: () => string;
  readonly fetch: Fetch;
  readonly ledgers: NonNullable<WorkerEnv["LEDGER"]>;
  readonly hasWebhook: boolean;
}

const unlimited = { limit: async () => ({ success: true }) };

/** The headers `x-user` and `x-team` of a request name its user: the app's own session. */
export function createService({ now, random, newId, fetch, ledgers, hasWebhook }: World): Worker {
  const config = defineConfig({
    origins: ["https://app.acme.dev"],
    issuers: [sharedSecret({ issuer: SHARED_ISSUER, audience: AUDIENCE, userPrefix: "b" })],
    stores: { media: r2({ account: ACCOUNT, bucket: "media" }) },
    defaultPolicy: "counted",
    policies,
    ...(hasWebhook && { webhook: { url: RECEIVER } }),
  });
  const env = {
    ...SECRETS,
    WEBHOOK_SECRET,
    LEDGER: ledgers,
    RATE_LIMIT_ADDRESS: unlimited,
    RATE_LIMIT_CALLER: unlimited,
  };
  const dependencies = {
    now,
    random,
    newId,
    fetch,
    waitUntil: () => undefined,
    log: () => undefined,
  };
  return createWorker(config, env, dependencies, {
    hooks: {
      authenticate: ({ headers }) => ({
        user: headers.get("x-user") ?? "",
        claims: { team: headers.get("x-team") ?? "none" },
      }),
    },
  });
}
