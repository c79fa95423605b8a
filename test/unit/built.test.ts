/** A configuration that was built beforehand is the one that is compiled at the start, and gives the same answers. */
import { describe, expect, it } from "vitest";
import development from "../../dev/presigner.config.ts";
import { DEVELOPMENT_SECRETS } from "../../dev/secrets.ts";
import { readBuilt } from "../../src/built.ts";
import { checkKeySpaces } from "../../src/config/check-key-spaces.ts";
import { compileAll, compileConfig } from "../../src/config/compile.ts";
import { environmentsOf } from "../../src/config/environment.ts";
import { ConfigurationError } from "../../src/config/errors.ts";
import { planConfig } from "../../src/config/plan.ts";
import * as define from "../../src/define.ts";
import { Secret } from "../../src/secret.ts";
import { VERSION } from "../../src/version.ts";
import type { WorkerEnv } from "../../src/compose/worker-env.ts";
import { composeWorker, createWorker } from "../../src/worker.ts";
import { MiB, PARTS_CONFIG, PARTS_ENV, createStore } from "./support/fake-store.ts";
import { ACCOUNT, CONFIG, ENV, NOW, tokenFor } from "./support/start-worker.ts";

type Env = Readonly<Record<string, unknown>>;

/** What the written module has in it, made with other secrets than those of the deployment. */
function build(definition: unknown, version = VERSION): string {
  const withEnvironment = (environment: string | undefined) =>
    new Proxy<Env>(
      {},
      {
        get: (_, name) => {
          if (name === "ENVIRONMENT") return environment;
          if (name === "RECEIPT_PRIVATE_KEY") return ENV.RECEIPT_PRIVATE_KEY;
          if (name === "WEBHOOK_SECRET") return `whsec_${btoa("another secret of 24 bytes")}`;
          if (/_(READ_|PREVIOUS|ROTATED|SESSION|URL)/.test(String(name))) return undefined;
          return `a placeholder for the secret ${String(name)}`;
        },
      },
    );
  const plan = (name?: string) => planConfig(compileAll(definition, withEnvironment(name)));
  const names = environmentsOf(definition);
  const environments = names && Object.fromEntries(names.map((name) => [name, plan(name)]));
  const plans = { production: plan(), environments };
  return JSON.stringify({ version, definition: "", plans });
}

/** Maps, sets and secrets as plain data, so that values are compared. */
function plain(value: unknown): unknown {
  if (value instanceof Secret) return { secret: value.name, value: plain(value.reveal()) };
  if (value instanceof Map || value instanceof Set) return [...value].map(plain);
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      // The forms of the definition's options, which a plan does not need.
      .filter(([name, field]) => field !== undefined && name !== "options")
      .map(([name, field]) => [name, plain(field)]),
  );
}

/** The configuration, or its errors. */
function outcomeOf(get: () => unknown): unknown {
  try {
    return plain(get());
  } catch (error) {
    if (error instanceof ConfigurationError) return { errors: error.errors };
    throw error;
  }
}

const { auth0, google, jwks, sharedSecret } = define;
const policy = { store: "media", types: ["image/png"], maxBytes: "5 MB" } as const;
const EVERY_STORE = {
  aws: define.aws({
    region: "eu-central-1",
    bucket: "acme",
    publicEndpoint: "https://s3.acme.dev",
  }),
  r2: define.r2({ account: ACCOUNT, bucket: "acme", jurisdiction: "eu" }),
  gcs: define.gcs({ bucket: "acme-gcs" }),
  b2: define.b2({ region: "eu-central-003", bucket: "acme-b2" }),
  wasabi: define.wasabi({ region: "eu-central-1", bucket: "acme.with.dots" }),
  spaces: define.spaces({ region: "fra1", bucket: "acme-spaces" }),
  tigris: define.tigris({ bucket: "acme-tigris" }),
  hetzner: define.hetzner({ region: "fsn1", bucket: "acme-hetzner" }),
  scaleway: define.scaleway({ region: "fr-par", bucket: "acme-scaleway" }),
  minio: define.minio({
    endpoint: "https://s3.acme.dev",
    region: "us-east-1",
    bucket: "acme-minio",
  }),
  ceph: define.ceph({
    endpoint: "https://rgw.acme.dev",
    region: "default",
    bucket: "acme-ceph",
    capabilities: { noOverwrite: true, checksums: { sha256: "refused" } },
  }),
};
const SECRETS_OF_EVERY_STORE = Object.fromEntries(
  Object.keys(EVERY_STORE).flatMap((name) => [
    [`${name.toUpperCase()}_ACCESS_KEY_ID`, `id of ${name}`],
    [`${name.toUpperCase()}_SECRET_ACCESS_KEY`, `key of ${name}`],
  ]),
);
const everyStore = {
  ...CONFIG,
  issuers: [
    auth0({ domain: "acme.eu.auth0.com", audience: "uploads" }),
    google({ clientId: ["a", "b"], userPrefix: "g" }),
    jwks({
      issuer: "https://a.dev",
      jwksUrl: "https://a.dev/jwks",
      audience: "a",
      userPrefix: "j",
    }),
    sharedSecret({ issuer: "own", audience: "uploads", userPrefix: "own" }),
  ],
  stores: EVERY_STORE,
  defaultPolicy: undefined,
  policies: Object.fromEntries(
    Object.keys(EVERY_STORE).map((store) => [
      store,
      { ...policy, store, key: `${store}/{user}/{id}.{ext}`, overwrite: true },
    ]),
  ),
  receipts: { issuer: "acme", expiresIn: "5 min" },
  limits: { perCaller: "10 / minute" },
};
const ROLE = "arn:aws:iam::123456789012:role/scoped";
const credentials = {
  ...everyStore,
  policies: {
    ...everyStore.policies,
    sync: {
      store: "aws",
      key: "sync/{user}/",
      credentials: { actions: ["write", "read"], roleArn: ROLE },
    },
    backup: {
      store: "r2",
      key: "backup/{user}/",
      credentials: { actions: ["read"], expiresIn: "5 min" },
      expiresWithToken: true,
    },
  },
};
const SCOPED_SECRETS = {
  AWS_SCOPED_ACCESS_KEY_ID: "id of aws's parent",
  AWS_SCOPED_SECRET_ACCESS_KEY: "key of aws's parent",
  R2_SCOPED_ACCESS_KEY_ID: "id of r2's parent",
  R2_SCOPED_SECRET_ACCESS_KEY: "key of r2's parent",
};
const webhook = {
  ...PARTS_CONFIG,
  origins: ["https://app.example.com", "http://localhost:*"],
  webhook: { url: "https://hooks.acme.dev/uploads" },
};
const WEBHOOK_SECRET = `whsec_${btoa("a secret of at least 24 bytes")}`;
const AUDIT_SECRET = `whsec_${btoa("another secret of at least 24 bytes")}`;

const CONFIGURATIONS: readonly (readonly [string, unknown, Env])[] = [
  ["the one of most tests", CONFIG, ENV],
  ["one with multipart uploads and a quota", PARTS_CONFIG, PARTS_ENV],
  ["one with a webhook and an origin of development", webhook, { ...PARTS_ENV, WEBHOOK_SECRET }],
  ["that of development", development, DEVELOPMENT_SECRETS],
  [
    "one with every store and every kind of issuer",
    everyStore,
    { ...ENV, ...SECRETS_OF_EVERY_STORE },
  ],
  [
    "one that gives credentials",
    credentials,
    { ...ENV, ...SECRETS_OF_EVERY_STORE, ...SCOPED_SECRETS },
  ],
];

describe("a built configuration", () => {
  it.for(CONFIGURATIONS)("is what is compiled: %s", ([, definition, env]) => {
    const built = outcomeOf(() => readBuilt(build(definition), env, {}));
    expect(built).toEqual(outcomeOf(() => compileConfig(definition, env)));
    expect(built).not.toHaveProperty("errors");
  });

  it.for<readonly [string, Env]>([
    ["a second pair of keys", { MEDIA_READ_ACCESS_KEY_ID: "r", MEDIA_READ_SECRET_ACCESS_KEY: "s" }],
    ["half of a second pair", { MEDIA_READ_ACCESS_KEY_ID: "r" }],
    ["a session token", { MEDIA_SESSION_TOKEN: "t" }],
    ["a previous secret", { UPLOAD_ID_SECRET_PREVIOUS: `${ENV.UPLOAD_ID_SECRET} before` }],
    [
      "a previous secret with a wrong time",
      { UPLOAD_ID_SECRET_PREVIOUS: "x", UPLOAD_ID_SECRET_ROTATED_AT: "now" },
    ],
    ["no secret at all", Object.fromEntries(Object.keys(ENV).map((name) => [name, undefined]))],
    ["a short secret", { AUTH_SECRET: "short" }],
    ["one secret for two purposes", { AUTH_SECRET: ENV.UPLOAD_ID_SECRET }],
    ["a public secret", { UPLOAD_ID_SECRET: DEVELOPMENT_SECRETS.UPLOAD_ID_SECRET }],
    ["a key that is no key", { RECEIPT_PRIVATE_KEY: "{}" }],
    ["a webhook that only the deployment has", { WEBHOOK_URL: "https://a.dev/", WEBHOOK_SECRET }],
    ["a webhook without a secret", { WEBHOOK_URL: "https://a.dev/" }],
    ["a webhook without TLS", { WEBHOOK_URL: "http://a.dev/", WEBHOOK_SECRET }],
    ["an audit that only the deployment has", { AUDIT_URL: "https://a.dev/", AUDIT_SECRET }],
    ["an audit without a secret", { AUDIT_URL: "https://a.dev/" }],
  ])("says the same of %s", ([, changes]) => {
    const env = { ...ENV, ...changes };
    expect(outcomeOf(() => readBuilt(build(CONFIG), env, {}))).toEqual(
      outcomeOf(() => compileConfig(CONFIG, env)),
    );
  });

  it.for([undefined, "", "staging", "production", 1])("is that of the environment %s", (name) => {
    const { photo } = CONFIG.policies;
    const staging = {
      origins: ["https://staging.acme.dev"],
      policies: { photo: { ...photo, maxBytes: 5 } },
    };
    const definition = { ...CONFIG, environments: { staging } };
    const env = { ...ENV, ENVIRONMENT: name };
    for (const one of [definition, CONFIG])
      expect(outcomeOf(() => readBuilt(build(one), env, {}))).toEqual(
        outcomeOf(() => compileConfig(one, env)),
      );
  });

  it("is refused where only the access keys tell that two stores are one bucket", () => {
    const inside = { bucket: "acme", region: "default", endpoint: "https://inside.acme.dev" };
    const definition = {
      ...CONFIG,
      stores: {
        media: define.ceph(inside),
        europe: define.ceph({ ...inside, endpoint: "https://outside.acme.dev" }),
      },
      defaultPolicy: "a",
      policies: {
        a: { ...policy, key: "a/{user}/{id}.{ext}", overwrite: true },
        b: {
          ...policy,
          store: "europe",
          key: "a/{user}/{id}.{ext}",
          overwrite: true,
          download: true,
        },
      },
    };
    for (const id of [ENV.MEDIA_ACCESS_KEY_ID, ENV.EUROPE_ACCESS_KEY_ID]) {
      const env = { ...ENV, EUROPE_ACCESS_KEY_ID: id };
      const built = outcomeOf(() => readBuilt(build(definition), env, { checkKeySpaces }));
      expect(built).toEqual(outcomeOf(() => compileConfig(definition, env)));
      const isRefused = built instanceof Object && Object.hasOwn(built, "errors");
      expect(isRefused).toBe(id === ENV.MEDIA_ACCESS_KEY_ID);
    }
  });

  it("of another version of the package is misconfigured", async () => {
    const json = build(CONFIG, "0.0.1");
    const logged: string[] = [];
    const { fetch } = composeWorker(() => readBuilt(json, ENV, {}), ENV, {
      ...dependencies(),
      log: (event, fields) => void logged.push(JSON.stringify({ event, ...fields })),
    });
    const response = await fetch(new Request("https://uploads.example.com/healthz"));
    expect(await response.json()).toMatchObject({ code: "misconfigured" });
    expect(logged[0]).toContain("run npx edge-presigner build");
  });

  it("holds no secret, only their names", () => {
    const json = build(CONFIG);
    expect(json).toContain('"secret":"AUTH_SECRET"');
    expect(json).not.toContain("placeholder");
    expect(json).not.toContain("HZrSq-OLZffsc77THeXK75DDQgI43w");
  });
});

/** The same clock and ids for both Workers. */
function dependencies() {
  const store = createStore();
  let ids = 0;
  return {
    now: () => NOW,
    newId: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, "0")}`,
    random: () => 0.5,
    fetch: store.fetch,
    waitUntil: () => undefined,
    log: () => undefined,
  };
}

interface Sent {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

describe("the answers of a built Worker", () => {
  const LEDGER = { getByName: () => ({ list: async () => Promise.resolve({ uploads: [] }) }) };
  const env = { ...PARTS_ENV, LEDGER } as unknown as WorkerEnv;
  const { metered: _, ...unmetered } = PARTS_CONFIG.policies;
  const definition = {
    ...PARTS_CONFIG,
    stores: { ...PARTS_CONFIG.stores, europe: CONFIG.stores["europe"] },
    policies: { ...CONFIG.policies, ...unmetered },
  };

  const upload = { policy: "photo", filename: "a.png", contentType: "image/png", size: 5 };
  const post = (path: string, body: unknown) =>
    [
      path,
      { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) },
    ] as const;
  const REQUESTS: readonly (readonly [string, Sent?])[] = [
    ["/healthz"],
    ["/.well-known/jwks.json"],
    ["/nothing"],
    ...Object.keys(definition.policies).flatMap((name) => [
      post("/v1/uploads", { ...upload, policy: name }),
      post("/v1/uploads", {
        ...upload,
        policy: name,
        contentType: "video/mp4",
        size: 16 * MiB,
        multipart: true,
      }),
      post("/v1/downloads", { policy: name, key: `${name}s/alice/x.png` }),
    ]),
    post("/v1/uploads", "{"),
    post("/v1/uploads", { size: "5", other: 1 }),
    post("/v1/uploads/batch", { uploads: [upload, { ...upload, size: 10 ** 9 }, {}] }),
    ["/v1/uploads"],
    ["/v1/uploads/x"],
    post("/v1/uploads/x/complete", {}),
    post("/v1/uploads/batch/complete", { ids: ["x", "y"] }),
    ["/v1/policies"],
    ["/v1/uploads/x", { method: "DELETE" }],
    ["/v1/objects", { method: "DELETE", body: JSON.stringify({ key: "photos/alice/x.png" }) }],
    ["/presigned-url?fileName=a.png&fileType=image/png&policy=photo"],
    ["/s3/params?filename=a.png&type=image/png&metadata%5Bsize%5D=5&metadata%5Bpolicy%5D=photo"],
    post("/s3/multipart", { filename: "a.mp4", type: "video/mp4", metadata: { size: 16 * MiB } }),
    ["/v1/uploads", { method: "OPTIONS", headers: { origin: "https://app.example.com" } }],
    ["/v1/uploads", { headers: { origin: "https://other.example.com" } }],
    ["/v1/uploads", { headers: { authorization: "Bearer x.y.z" } }],
  ];

  it("are those of one that compiles at its start", async () => {
    const compiled = createWorker(definition, env, dependencies());
    const json = build(definition);
    const built = composeWorker(() => readBuilt(json, env, {}), env, dependencies());
    const authorization = `Bearer ${await tokenFor()}`;
    const codes = new Set<number>();
    for (const [path, { headers, ...init } = {}] of REQUESTS) {
      const request = () =>
        new Request(new URL(path, "https://uploads.example.com"), {
          ...init,
          headers: { authorization, "content-type": "application/json", ...headers },
        });
      // oxlint-disable-next-line no-await-in-loop -- the ids are made in turn
      const [own, expected] = [await built.fetch(request()), await compiled.fetch(request())];
      codes.add(own.status);
      // oxlint-disable-next-line no-await-in-loop -- as above
      expect([path, own.status, [...own.headers], await own.text()]).toEqual([
        path,
        expected.status,
        [...expected.headers],
        // oxlint-disable-next-line no-await-in-loop -- as above
        await expected.text(),
      ]);
    }
    expect([...codes]).toEqual(expect.arrayContaining([200, 201, 204, 400, 401, 403, 404]));
  });
});
