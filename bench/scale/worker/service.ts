/** The service as it is deployed for R2, with the policies that are counted and simulated. */
import { defineConfig, r2, sharedSecret } from "../../../src/define.ts";
import type { Queue } from "../../../src/audit/deliver.ts";
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
  recorded: { ...PHOTO, key: "recorded/{user}/{id}.{ext}", quota: {} },
  checked: { ...PHOTO, key: "checked/{user}/{id}.{ext}", quota: QUOTA, quarantine: {} },
  everything: {
    ...PHOTO,
    key: "everything/{user}/{id}.{ext}",
    quota: { ...QUOTA, stored: "1 TB", objects: 100_000 },
    quarantine: {},
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
  readonly extras?: Extras | undefined;
}

/** What is off unless it is counted. */
export interface Extras {
  /** The queue of an audit. */
  readonly audit?: Queue;
  readonly revocations?: boolean;
  readonly waitUntil?: (work: Promise<unknown>) => void;
}

const ADMINS = sharedSecret({
  issuer: SHARED_ISSUER,
  audience: `${AUDIENCE}-admin`,
  secret: "ADMIN_SECRET",
  claims: { role: ["admin"] },
  admin: true,
});

const unlimited = { limit: async () => ({ success: true }) };

/** The headers `x-user` and `x-team` of a request name its user: the app's own session. */
export function createService(world: World): Worker {
  const { now, random, newId, fetch, ledgers, hasWebhook, extras = {} } = world;
  const users = sharedSecret({ issuer: SHARED_ISSUER, audience: AUDIENCE, userPrefix: "b" });
  const config = defineConfig({
    origins: ["https://app.acme.dev"],
    issuers: extras.revocations ? [users, ADMINS] : [users],
    stores: { media: r2({ account: ACCOUNT, bucket: "media" }) },
    defaultPolicy: "counted",
    policies,
    ...(hasWebhook && { webhook: { url: RECEIVER } }),
    ...(extras.revocations && { revocations: true }),
    ...(extras.audit && { audit: { queue: "AUDIT" } }),
  });
  const env = {
    ...SECRETS,
    ADMIN_SECRET: `${SECRETS.AUTH_SECRET}, as admins`,
    // A quarantine wants two pairs.
    MEDIA_READ_ACCESS_KEY_ID: SECRETS.MEDIA_ACCESS_KEY_ID,
    MEDIA_READ_SECRET_ACCESS_KEY: SECRETS.MEDIA_SECRET_ACCESS_KEY,
    WEBHOOK_SECRET,
    AUDIT: extras.audit,
    LEDGER: ledgers,
    RATE_LIMIT_ADDRESS: unlimited,
    RATE_LIMIT_CALLER: unlimited,
  };
  const dependencies = {
    now,
    random,
    newId,
    fetch,
    waitUntil: extras.waitUntil ?? (() => undefined),
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
