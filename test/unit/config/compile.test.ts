import { describe, expect, it } from "vitest";
import development from "../../../dev/presigner.config.ts";
import { DEVELOPMENT_SECRETS } from "../../../dev/secrets.ts";
import example from "../../../presigner.config.ts";
import { compileConfig } from "../../../src/config/compile.ts";
import { ConfigurationError } from "../../../src/config/errors.ts";
import * as define from "../../../src/define.ts";
import { ADMIN_CONFIG } from "../support/admin.ts";
import { CONFIG, ENV, startWorker } from "../support/start-worker.ts";

type Data = Record<string, unknown>;

/** The paths of all errors. */
function errorsIn(
  config: unknown,
  env: Readonly<Record<string, unknown>> = ENV,
): readonly string[] {
  try {
    compileConfig(config, env);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.errors.map(({ path }) => path);
    throw error;
  }
}

const { aws, b2, gcs, jwks, local, r2, sharedSecret } = define;
const { photo, avatar, document } = CONFIG.policies;
const withPolicy = (policy: Data) => ({
  ...CONFIG,
  policies: { ...CONFIG.policies, photo: { ...photo, ...policy } },
});
const ACME = { region: "ap-northeast-2", bucket: "acme" } as const;
/** What a policy with forms is. */
const FORM = { size: "required", overwrite: true, postForm: true } as const;
const formOn = (media: object, policy: Data = {}) => ({
  ...CONFIG,
  stores: { ...CONFIG.stores, media },
  policies: { photo: { ...photo, allowContentTypeOnly: false, ...FORM, ...policy } },
});
const withForm = (policy: Data) => formOn(aws(ACME), policy);
const withStore = (media: unknown) => ({ ...CONFIG, stores: { ...CONFIG.stores, media } });
const withIssuer = (issuer: Data) => ({
  ...CONFIG,
  issuers: [{ ...CONFIG.issuers[0], ...issuer }],
});

describe("a configuration", () => {
  it("has POST forms where the store has them, or was seen to have them", () => {
    const minio = { ...ACME, endpoint: "https://s3.example.com" };
    for (const store of [
      aws(ACME),
      define.ceph(minio),
      define.minio(minio),
      define.tigris({ bucket: "acme" }),
      define.scaleway({ region: "fr-par", bucket: "acme" }),
      define.compatible({ ...minio, capabilities: { postForms: true } }),
    ])
      expect(errorsIn(formOn(store))).toEqual([]);
  });

  it("is without errors in the tests, and in development", () => {
    expect(errorsIn(CONFIG)).toEqual([]);
    expect(errorsIn(development, DEVELOPMENT_SECRETS)).toEqual([]);
  });

  it("is the example's until its placeholders are filled in", () => {
    expect(errorsIn(example, ENV)).toEqual(["stores.media.account"]);
  });

  it("reports all its errors at once, each with its path", () => {
    const config = {
      origins: ["app.example.com"],
      issuers: [{ ...CONFIG.issuers[0], algorithms: ["RS256"] }],
      stores: {
        media: { provider: "aws", bucket: "A", region: "ap-northeast-2" },
        spare: aws({ region: "nowhere", bucket: "spare" }),
      },
      policies: {
        photo: { ...photo, maxBytes: "10 megabytes", expiresIn: "soon", typo: 1 },
        avatar: { ...avatar, store: "nothing" },
      },
      defaultPolicy: "video",
    };
    const { AUTH_SECRET: _, UPLOAD_ID_SECRET: __, RECEIPT_PRIVATE_KEY: ___, ...env } = ENV;
    expect(errorsIn(config, env)).toEqual([
      "stores.media.bucket",
      "stores.spare.region",
      "secrets.SPARE_ACCESS_KEY_ID",
      "secrets.SPARE_SECRET_ACCESS_KEY",
      "policies.photo.maxBytes",
      "policies.photo.expiresIn",
      "policies.photo",
      "policies.avatar.store",
      "issuers.0.algorithms.0",
      "secrets.AUTH_SECRET",
      "origins.0",
      "defaultPolicy",
      "secrets.UPLOAD_ID_SECRET",
      "secrets.RECEIPT_PRIVATE_KEY",
    ]);
  });

  it("reports an invalid field, and no error that follows from it", () => {
    const policy = {
      ...photo,
      maxBytes: "a lot",
      minBytes: "20 MB",
      multipartFrom: "8 megabytes",
      overwrite: "yes",
      key: "photos/{user}/photo",
    };
    expect(errorsIn(withPolicy(policy))).toEqual([
      "policies.photo.maxBytes",
      "policies.photo.multipartFrom",
      "policies.photo.overwrite",
    ]);
    expect(
      errorsIn({ ...CONFIG, stores: { ...CONFIG.stores, media: { provider: "aws" } } }),
    ).toEqual(["stores.media.bucket", "stores.media.region"]);
  });

  it("reports errors of the policies beside those of their stores and of the secrets", () => {
    const { MEDIA_ACCESS_KEY_ID: _, ...env } = ENV;
    const config = {
      ...withPolicy({ key: "photos/{id}", maxBytes: "5 TB", expiresIn: "8 days", typo: true }),
      stores: { ...CONFIG.stores, media: aws({ region: "nowhere", bucket: "acme-media" }) },
    };
    expect(errorsIn(config, env)).toEqual([
      "stores.media.region",
      "secrets.MEDIA_ACCESS_KEY_ID",
      "policies.photo",
      "policies.photo.key",
      "policies.photo.expiresIn",
      "policies.photo.maxBytes",
    ]);
  });

  it.for(Object.keys(DEVELOPMENT_SECRETS))(
    "refuses the public %s outside of development",
    (name) => {
      const own = name.replace("LOCAL", "MEDIA");
      const value = Object.entries(DEVELOPMENT_SECRETS).find(([one]) => one === name)?.[1];
      // The id of a key is no secret.
      const path = name === "LOCAL_ACCESS_KEY_ID" ? [] : [`secrets.${own}`];
      const config = name === "ADMIN_SECRET" ? ADMIN_CONFIG : CONFIG;
      expect(errorsIn(config, { ...ENV, [own]: value })).toEqual(path);
    },
  );

  it("refuses one value for two purposes, and not for one", () => {
    const value = ENV.UPLOAD_ID_SECRET;
    const equal = (name: string) => errorsIn(CONFIG, { ...ENV, [name]: value });
    expect(equal("AUTH_SECRET")).toEqual(["secrets.UPLOAD_ID_SECRET"]);
    expect(equal("MEDIA_SECRET_ACCESS_KEY")).toEqual(["secrets.UPLOAD_ID_SECRET"]);
    expect(equal("WEBHOOK_SECRET")).toEqual(["secrets.WEBHOOK_SECRET"]);
    // The first step of a rotation, and two stores of one account.
    expect(equal("UPLOAD_ID_SECRET_PREVIOUS")).toEqual([]);
    const key = ENV.MEDIA_SECRET_ACCESS_KEY;
    expect(errorsIn(CONFIG, { ...ENV, EUROPE_SECRET_ACCESS_KEY: key })).toEqual([]);
  });

  it.for([" ".repeat(40), "x".repeat(64), "0101010101010101010101010101010101"])(
    "refuses a secret of one or two characters: %j",
    (value) => {
      for (const name of ["AUTH_SECRET", "UPLOAD_ID_SECRET", "UPLOAD_ID_SECRET_PREVIOUS"])
        expect(errorsIn(CONFIG, { ...ENV, [name]: value })).toEqual([`secrets.${name}`]);
      expect(
        errorsIn(CONFIG, { ...ENV, UPLOAD_ID_SECRET: "31415926535897932384626433832795" }),
      ).toEqual([]);
    },
  );

  it("names the option of a preset, once", () => {
    const auth0 = define.auth0({ domain: "acme", audience: "uploads" });
    expect(errorsIn({ ...CONFIG, issuers: [auth0] })).toEqual(["issuers.0.domain"]);
    const firebase = define.firebase({ project: "" });
    expect(errorsIn({ ...CONFIG, issuers: [firebase] })).toEqual(["issuers.0.project"]);
    const cognito = { region: "eu-west-1", userPool: "https://x", clientId: "" };
    expect(errorsIn({ ...CONFIG, issuers: [define.cognito(cognito)] })).toEqual([
      "issuers.0.clientId.client_id.0",
      "issuers.0.userPool",
    ]);
  });

  it.for([undefined, null, 1, "x", [], {}])("is nothing of the kind: %j", (config) => {
    expect(errorsIn(config)).toEqual(expect.arrayContaining(["stores", "policies", "origins"]));
  });

  it.for([
    ["policies.photo.key", withPolicy({ key: "photos/{id}" })],
    ["policies.photo.key", withPolicy({ key: "photos/{user}" })],
    ["policies.photo.key", withPolicy({ key: "photos/a-{user}/{id}" })],
    ["policies.photo.key", withPolicy({ key: "photos/{user}-a/{id}" })],
    ["policies.photo.key", withPolicy({ key: "photos/{user}/{user}/{id}" })],
    ["policies.photo.key", withPolicy({ key: "/photos/{user}/{id}" })],
    ["policies.photo.key", withPolicy({ key: "photos//{user}/{id}" })],
    ["policies.photo.key", withPolicy({ key: "photos/../{user}/{id}" })],
    ["policies.photo.key", withPolicy({ key: "photos/{user}/{sub}" })],
    ["policies.photo.key", withPolicy({ key: "photos/{user}/{id" })],
    ["policies.photo.key", withPolicy({ key: "photos\\{user}/{id}" })],
    ["policies.photo.key", withPolicy({ key: "" })],
    ["policies.photo.shared", withPolicy({ shared: true })],
    ["policies.photo.maxBytes", withPolicy({ maxBytes: "5 TB" })],
    ["policies.photo.maxBytes", withPolicy({ maxBytes: -1 })],
    ["policies.photo.maxBytes", withPolicy({ maxBytes: 1.5 })],
    ["policies.photo.minBytes", withPolicy({ minBytes: "11 MB" })],
    ["policies.photo.expiresIn", withPolicy({ expiresIn: "8 days" })],
    ["policies.photo.expiresIn", withPolicy({ expiresIn: 0 })],
    ["policies.photo.allowContentTypeOnly", withPolicy({ tags: { a: "b" } })],
    ["policies.photo.allowContentTypeOnly", withPolicy({ checksum: ["md5"] })],
    ["policies.photo.postForm", withForm({ overwrite: false })],
    ["policies.photo.postForm", withForm({ size: "optional" })],
    ["policies.photo.postForm", withForm({ tags: { a: "b" } })],
    ["policies.photo.postForm", withForm({ checksum: ["md5"] })],
    ["policies.photo.postForm", withForm({ multipartFrom: 1 })],
    ["policies.photo.postForm", withForm({ contentDisposition: 'attachment; filename="${x}"' })],
    ["policies.photo.quota.bytes", withPolicy({ quota: { bytes: "5 MB / day" } })],
    [
      "policies.photo.quota.bytes",
      withPolicy({ key: "photos/{user}/{name}", quota: { bytes: "1 GB / day" } }),
    ],
    [
      "policies.photo.size",
      withPolicy({ size: "optional", delete: true, quota: { bytes: "1 GB / day" } }),
    ],
    [
      "policies.avatar.checksum",
      { ...CONFIG, policies: { avatar: { ...avatar, checksum: ["md5"], multipartFrom: "8 MiB" } } },
    ],
    ["policies.photo.multipartFrom", withPolicy({ multipartFrom: "6 GB" })],
    ["policies.photo.resumeWithin", withPolicy({ multipartFrom: "8 MiB", resumeWithin: "1 s" })],
    ["policies.photo.backgroundExpiresIn", withPolicy({ backgroundExpiresIn: "1 min" })],
    ["policies.photo.backgroundExpiresIn", withPolicy({ backgroundExpiresIn: "8 days" })],
    [
      "policies.photo.resumeWithin",
      withPolicy({ multipartFrom: "8 MiB", resumeWithin: "1 h", backgroundExpiresIn: "1 day" }),
    ],
    ["policies.photo.quota.stored", withPolicy({ quota: { stored: "5 MB" } })],
    ["policies.photo.quota.objects", withPolicy({ quota: { objects: 1_000_001 } })],
    ["policies.photo.quota.objects", withPolicy({ quota: { objects: 0 } })],
    [
      "policies.photo.quota.stored",
      withPolicy({ key: "photos/{user}/{name}", quota: { stored: "1 GB" } }),
    ],
    [
      "policies.photo.size",
      withPolicy({ size: "optional", delete: true, quota: { stored: "1 GB" } }),
    ],
    ["policies.photo.quotaFor", withPolicy({ quotaFor: "{claim.org}" })],
    ["policies.photo.quotaFor", withPolicy({ quotaFor: "{user}", quota: {} })],
    ["policies.photo.quotaFor", withPolicy({ quotaFor: "{claim.org}", quota: { objects: 5 } })],
    [
      "policies.photo.quotaFor",
      withPolicy({ key: "photos/{id}.{ext}", shared: true, quota: { objects: 5 } }),
    ],
    ["policies.photo.quota.uploads", withPolicy({ quota: { uploads: "many" } })],
    ["policies.photo.quota.pending", withPolicy({ quota: { pending: 0 } })],
    ["stores.media.region", withStore(aws({ region: "cn-north", bucket: "acme" }))],
    ["stores.media.region", withStore(define.ovh({ region: "gra.evil.example", bucket: "acme" }))],
    [
      "stores.media.account",
      withStore(define.oci({ account: "a.b", region: "eu-frankfurt-1", bucket: "acme" })),
    ],
    [
      "stores.media.bucket",
      withStore(define.alibaba({ region: "us-east-1", bucket: "acme.media" })),
    ],
    [
      "stores.media.addressing",
      withStore(define.alibaba({ region: "us-east-1", bucket: "acme", addressing: "path" })),
    ],
    ...[
      "http://media.example.com",
      "https://media.example.com/?v=1",
      "https://media.example.com/#a",
      "https://user@media.example.com",
      "https://media.example.com/a/../b",
      "https:media.example.com",
      "media.example.com",
      "javascript:alert(1)",
    ].map(
      (publicBaseUrl) =>
        [
          "stores.media.publicBaseUrl",
          withStore(aws({ region: "ap-northeast-2", bucket: "acme", publicBaseUrl })),
        ] as const,
    ),
    ["webhook.url", { ...CONFIG, webhook: { url: "http://hooks.example.com/" } }],
    ["secrets.WEBHOOK_SECRET", { ...CONFIG, webhook: { url: "https://hooks.example.com/" } }],
    ["limits.perCaller", { ...CONFIG, limits: { perCaller: "120 / hour" } }],
    ["policies.photo.types", withPolicy({ types: [] })],
    ["policies.photo.types.0", withPolicy({ types: ["IMAGE/PNG"] })],
    ["policies.photo.checksum.0", withPolicy({ checksum: ["sha1"] })],
    ["policies.photo.storageClass", withPolicy({ storageClass: "COLD" })],
    ["policies.photo.cacheControl", withPolicy({ cacheControl: "no-cache\r\nx: y" })],
    ["policies.photo.metadata.0", withPolicy({ metadata: ["Album"] })],
    ["policies.photo.store", withPolicy({ store: { KR: "media" } })],
    ["policies.photo.store.Korea", withPolicy({ store: { Korea: "media", default: "media" } })],
    ["stores.media.account", withStore(r2({ account: "acme", bucket: "acme" }))],
    [
      "stores.media.publicEndpoint",
      withStore(
        r2({ account: "0".repeat(32), bucket: "acme", publicEndpoint: "https://cdn.example.net" }),
      ),
    ],
    [
      "stores.media.endpoint",
      withStore(
        define.minio({ endpoint: "http://minio.example.net", region: "us-east-1", bucket: "acme" }),
      ),
    ],
    [
      "stores.media.endpoint",
      withStore(
        define.ceph({
          endpoint: "https://user@ceph.example.net",
          region: "us-east-1",
          bucket: "acme",
        }),
      ),
    ],
    [
      "stores.media.endpoint",
      withStore(
        define.compatible({
          endpoint: "https://s3.example.net/path",
          region: "us-east-1",
          bucket: "acme",
        }),
      ),
    ],
    ["stores.media.provider", withStore({ provider: "ftp", bucket: "acme" })],
    ["issuers.0.audience", withIssuer({ audience: undefined })],
    ["issuers.0.algorithms.0", withIssuer({ algorithms: ["none"] })],
    ["issuers.0.userPrefix", withIssuer({ userPrefix: "A/B" })],
    [
      "issuers.1.issuer",
      { ...CONFIG, issuers: [...CONFIG.issuers, { ...CONFIG.issuers[0], userPrefix: "b" }] },
    ],
    [
      "issuers.1.userPrefix",
      {
        ...CONFIG,
        issuers: [
          ...CONFIG.issuers,
          sharedSecret({ issuer: "https://b.example.com", audience: "uploads" }),
        ],
      },
    ],
    [
      "issuers.0.jwksUrl",
      {
        ...CONFIG,
        issuers: [
          jwks({
            issuer: "https://id.example.com",
            jwksUrl: "http://id.example.com/jwks",
            audience: "uploads",
          }),
        ],
      },
    ],
    [
      "issuers.0.algorithms.0",
      {
        ...CONFIG,
        issuers: [
          {
            ...jwks({
              issuer: "https://id.example.com",
              jwksUrl: "https://id.example.com/jwks",
              audience: "uploads",
            }),
            algorithms: ["HS256", "RS256"],
          },
        ],
      },
    ],
    [
      "issuers.0.domain",
      {
        ...CONFIG,
        issuers: [define.auth0({ domain: "https://acme.eu.auth0.com/", audience: "uploads" })],
      },
    ],
    [
      "issuers.0.domain",
      { ...CONFIG, issuers: [define.auth0({ domain: "acme.eu.auth0.com/", audience: "uploads" })] },
    ],
    [
      "issuers.0.domain",
      { ...CONFIG, issuers: [define.auth0({ domain: "acme", audience: "uploads" })] },
    ],
    [
      "issuers.0.project",
      { ...CONFIG, issuers: [define.supabase({ project: "https://abc.supabase.co" })] },
    ],
    [
      "issuers.0.team",
      {
        ...CONFIG,
        issuers: [define.cloudflareAccess({ team: "acme.cloudflareaccess.com/", audience: "tag" })],
      },
    ],
    [
      "secrets.UPLOAD_ID_SECRET",
      CONFIG,
      { ...ENV, UPLOAD_ID_SECRET: `UPLOAD_ID_SECRET=${ENV.UPLOAD_ID_SECRET}` },
    ],
    ["secrets.UPLOAD_ID_SECRET_PREVIOUS", CONFIG, { ...ENV, UPLOAD_ID_SECRET_PREVIOUS: "none" }],
    [
      "issuers.0.audience",
      {
        ...CONFIG,
        issuers: [
          jwks({
            issuer: "https://id.example.com",
            jwksUrl: "https://id.example.com/jwks",
            claims: {},
          }),
        ],
      },
    ],
    ["origins.0", { ...CONFIG, origins: ["*"] }],
    ["origins.0", { ...CONFIG, origins: ["https://app.example.com/"] }],
    ["origins.0", { ...CONFIG, origins: ["http://app.example.com"] }],
    ["origins.0", { ...CONFIG, origins: ["https://*.example.com"] }],
    ["limits.perCaller", { ...CONFIG, limits: { perCaller: "many" } }],
  ] as const)("names the error %s", ([path, config, env]) => {
    expect(errorsIn(config, env)).toContain(path);
  });

  it.for([
    "{}",
    "[]",
    "no JSON",
    '{"kty":"RSA"}',
    '{"keys":[]}',
    JSON.stringify({ kty: "EC", crv: "P-256", x: "a", y: "b" }),
  ])("refuses %s as a private key for receipts", (key) =>
    expect(errorsIn(CONFIG, { ...ENV, RECEIPT_PRIVATE_KEY: key })).toEqual([
      "secrets.RECEIPT_PRIVATE_KEY",
    ]),
  );

  it.for([
    undefined,
    "12/11/2026",
    "2026-11-26",
    "2026-11-26T12:00:00",
    "2026-11-26T12:00:00+09:00",
    "2026-13-01T12:00:00Z",
    "2027-02-31T12:00:00Z",
  ])("refuses %s as the time of a rotation, where there is a previous secret", (time) => {
    const env = { ...ENV, UPLOAD_ID_SECRET_ROTATED_AT: time };
    expect(errorsIn(CONFIG, env)).toEqual([]);
    expect(errorsIn(CONFIG, { ...env, UPLOAD_ID_SECRET_PREVIOUS: ENV.UPLOAD_ID_SECRET })).toEqual([
      "secrets.UPLOAD_ID_SECRET_ROTATED_AT",
    ]);
  });

  it.for(["whsec_", "whsec_c2hvcnQ=", "c2VjcmV0", `whsec_${btoa("x".repeat(24))} whsec_short`])(
    "refuses %s as a webhook secret",
    (secret) => {
      const config = { ...CONFIG, webhook: { url: "https://hooks.example.com/" } };
      expect(errorsIn(config, { ...ENV, WEBHOOK_SECRET: secret })).toEqual([
        "secrets.WEBHOOK_SECRET",
      ]);
    },
  );

  it.for([
    ["overwrite", b2({ region: "us-west-004", bucket: "acme" }), {}],
    ["overwrite", gcs({ bucket: "acme" }), {}],
    [
      "checksum",
      b2({ region: "us-west-004", bucket: "acme" }),
      { overwrite: true, checksum: ["sha256"] },
    ],
    [
      "checksum",
      define.linode({ region: "eu-central-1", bucket: "acme" }),
      { checksum: ["sha256"] },
    ],
    [
      "checksum",
      define.supabaseStorage({
        account: "abcdefghijklmnopqrst",
        region: "eu-central-1",
        bucket: "acme",
      }),
      { checksum: ["md5"] },
    ],
    ["checksum", local({ bucket: "acme" }), { checksum: ["sha256"] }],
    ["tags", r2({ account: "0".repeat(32), bucket: "acme" }), { tags: { a: "b" } }],
    ["postForm", r2({ account: "0".repeat(32), bucket: "acme" }), FORM],
    ["postForm", gcs({ bucket: "acme" }), FORM],
    ["postForm", b2({ region: "us-west-004", bucket: "acme" }), FORM],
    ["postForm", local({ bucket: "acme" }), FORM],
    ["postForm", aws({ ...ACME, capabilities: { postForms: false } }), FORM],
    ["storageClass", local({ bucket: "acme" }), { storageClass: "STANDARD_IA" }],
  ] as const)(
    "names %s where the store cannot do what the policy asks",
    ([field, store, policy]) => {
      const config = {
        ...CONFIG,
        stores: { media: store },
        policies: { photo: { ...photo, allowContentTypeOnly: false, ...policy } },
      };
      expect(errorsIn(config)).toEqual([`policies.photo.${field}`]);
    },
  );

  it("wants secrets long enough to be keys, and never prints one", () => {
    const env = {
      ...ENV,
      AUTH_SECRET: "too-short-a-secret",
      UPLOAD_ID_SECRET: "too-short-as-well",
    };
    expect(errorsIn(CONFIG, env)).toEqual(["secrets.AUTH_SECRET", "secrets.UPLOAD_ID_SECRET"]);
    expect(() => compileConfig(CONFIG, env)).toThrow(
      expect.not.stringContaining("too-short") as string,
    );
  });

  it("names two policies of one bucket whose keys could meet in somebody's prefix", () => {
    const reach = (mine: string, theirs: string) =>
      errorsIn({
        ...CONFIG,
        policies: { photo: { ...photo, key: mine }, avatar: { ...avatar, key: theirs } },
      });
    expect(reach("{user}/{name}/{id}", "photos/{user}/{id}")).toEqual([
      "policies.photo.key",
      "policies.avatar.key",
    ]);
    expect(reach("shared/{user}/{id}", "{user}/{id}")).toContain("policies.photo.key");
    expect(reach("photos/{user}/{id}", "avatars/{user}/{id}")).toEqual([]);
    expect(reach("{user}/photos/{id}", "{user}/avatars/{id}")).toEqual([]);
    expect(reach("{yyyy}/{mm}/{user}/{id}", "photos/{user}/{id}")).toEqual([]);
    const shared = { ...photo, key: "{id}/{name}", shared: true };
    expect(
      errorsIn({
        ...CONFIG,
        policies: { photo: shared, avatar: { ...avatar, key: "photos/{user}/{id}" } },
      }),
    ).toEqual(["policies.photo.key"]);
    expect(reach("{user}/{id}", "{user}/{id}/{name}")).toEqual([]);
  });

  it("chooses the store by country, Union, continent, and else the default", async () => {
    const hostFor = async (cf: Record<string, string>) => {
      const worker = startWorker();
      const { postUpload } = await import("../support/start-worker.ts");
      const response = await postUpload(
        { ...worker, fetch: async (path, init) => worker.fetch(path, { ...init, cf }) },
        {
          policy: "document",
          filename: "a.txt",
          contentType: "text/plain",
          size: 5,
        },
      );
      return new URL((await response.json<{ url: string }>()).url).hostname
        .split(".")
        .slice(-2)
        .join(".");
    };
    expect(document?.store).toMatchObject({ EU: "europe", KR: "media", SA: "europe" });
    expect(await hostFor({ country: "KR", continent: "AS" })).toBe("amazonaws.com");
    expect(await hostFor({ country: "FR", continent: "EU", isEUCountry: "1" })).toBe(
      "cloudflarestorage.com",
    );
    expect(await hostFor({ country: "GB", continent: "EU" })).toBe("cloudflarestorage.com");
    expect(await hostFor({ country: "RE", continent: "AF", isEUCountry: "1" })).toBe(
      "cloudflarestorage.com",
    );
    expect(await hostFor({ country: "US", continent: "NA" })).toBe("amazonaws.com");
    expect(await hostFor({ country: "SA", continent: "AS" })).toBe("amazonaws.com");
    expect(await hostFor({})).toBe("amazonaws.com");
  });
});

describe("issuer presets", () => {
  const { apple, auth0, clerk, cloudflareAccess, cognito, firebase, google, supabase } = define;
  it.for([
    [
      auth0({ domain: "acme.eu.auth0.com", audience: "uploads" }),
      "https://acme.eu.auth0.com/",
      "https://acme.eu.auth0.com/.well-known/jwks.json",
    ],
    [
      clerk({ domain: "clerk.acme.dev", authorizedParties: ["https://app.acme.dev"] }),
      "https://clerk.acme.dev",
      "https://clerk.acme.dev/.well-known/jwks.json",
    ],
    [
      supabase({ project: "abc" }),
      "https://abc.supabase.co/auth/v1",
      "https://abc.supabase.co/auth/v1/.well-known/jwks.json",
    ],
    [
      firebase({ project: "abc" }),
      "https://securetoken.google.com/abc",
      "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com",
    ],
    [
      cognito({ region: "eu-west-1", userPool: "eu-west-1_a", clientId: "c" }),
      "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a",
      "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a/.well-known/jwks.json",
    ],
    [
      google({ clientId: "c" }),
      "https://accounts.google.com",
      "https://www.googleapis.com/oauth2/v3/certs",
    ],
    [apple({ clientId: "c" }), "https://appleid.apple.com", "https://appleid.apple.com/auth/keys"],
    [
      cloudflareAccess({ team: "acme", audience: "tag" }),
      "https://acme.cloudflareaccess.com",
      "https://acme.cloudflareaccess.com/cdn-cgi/access/certs",
    ],
  ] as const)("%o", ([issuer, iss, jwksUrl]) => {
    const { issuers } = compileConfig({ ...CONFIG, issuers: [issuer] }, ENV);
    expect(issuers[0]).toMatchObject({ jwksUrl });
    expect(issuers[0]?.issuers[0]).toBe(iss);
  });
});

describe("a development configuration", () => {
  const fetchAt = async (url: string) =>
    startWorker({ config: development, env: DEVELOPMENT_SECRETS }).fetch(url);

  it.for([
    "http://localhost:8787/healthz",
    "http://127.0.0.1:1/healthz",
    "http://[::1]:8787/healthz",
  ])("answers at %s", async (url) => {
    expect((await fetchAt(url)).status).toBe(200);
  });
  it.for([
    "https://edge-presigner-dev.acme.workers.dev/healthz",
    "https://uploads.acme.net/v1/uploads",
    "http://localhost.evil.example/healthz",
    "http://10.0.0.1/healthz",
    "https://uploads.acme.net/healthz#localhost",
  ])("answers nothing but `misconfigured` at %s", async (url) => {
    const response = await fetchAt(url);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: "misconfigured" });
  });
});
