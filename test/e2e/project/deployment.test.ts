import { execFileSync, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestHarness } from "wrangler";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkDeployment } from "../../../cli/check-deployment.ts";
import development from "../../../dev/presigner.config.ts";
import { DEVELOPMENT_SECRETS } from "../../../dev/secrets.ts";
import example from "../../../presigner.config.ts";
import { auth0, defineConfig, r2 } from "../../../src/define.ts";

const LIMITS = {
  RATE_LIMIT_ADDRESS: { limit: 600, windowSeconds: 60 },
  RATE_LIMIT_CALLER: { limit: 120, windowSeconds: 60 },
} as const;
const REQUIRED = [
  "MEDIA_ACCESS_KEY_ID",
  "MEDIA_SECRET_ACCESS_KEY",
  "UPLOAD_ID_SECRET",
  "RECEIPT_PRIVATE_KEY",
];

const READY = defineConfig({
  origins: ["https://app.acme.dev"],
  issuers: [auth0({ domain: "acme.eu.auth0.com", audience: "uploads" })],
  stores: { media: r2({ account: "0123456789abcdef0123456789abcdef", bucket: "media" }) },
  policies: {
    avatar: {
      store: "media",
      key: "users/{user}/{id}.{ext}",
      types: ["image/png"],
      maxBytes: "5 MB",
    },
  },
});

describe("the production bundle", () => {
  let folder: string;
  let bundle: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "presigner-"));
    execFileSync("npx", ["wrangler", "deploy", "--dry-run", "--env=", "--outdir", folder], {
      stdio: "pipe",
    });
    bundle = await readFile(join(folder, "index.js"), "utf8");
  });
  afterAll(async () => rm(folder, { recursive: true }));

  it("has nothing of the development configuration in it", () => {
    for (const secret of Object.values(DEVELOPMENT_SECRETS)) expect(bundle).not.toContain(secret);
    expect(bundle).not.toContain("http://localhost:*");
    expect(bundle).not.toContain('issuer:"development"');
  });
});

describe("a Worker deployed as it was cloned", () => {
  it("answers `misconfigured`, and never with the development configuration", async () => {
    const harness = createTestHarness({ workers: [{ configPath: "./wrangler.toml" }] });
    const { url } = await harness.listen();
    try {
      for (const path of ["/healthz", "/presigned-url", "/v1/uploads"]) {
        const response = await fetch(new URL(path, url));
        expect(response.status).toBe(503);
        expect(await response.json()).toMatchObject({ code: "misconfigured" });
      }
    } finally {
      await harness.close();
    }
  });
});

describe("a development Worker deployed by mistake", () => {
  it("answers on no host but a loopback one", async () => {
    const harness = createTestHarness({ workers: [{ configPath: "./wrangler.toml", env: "dev" }] });
    await harness.listen();
    try {
      const response = await harness.fetch("https://edge-presigner-dev.acme.workers.dev/healthz");
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({ code: "misconfigured" });
      expect((await harness.fetch("/healthz")).status).toBe(200);
    } finally {
      await harness.close();
    }
  });
});

describe("npm run check-config", () => {
  const pathsOf = (
    definition: unknown,
    requiredSecrets: readonly string[] = REQUIRED,
    rateLimits: object = LIMITS,
  ) =>
    checkDeployment(definition, {
      hasLedger: true,
      bindings: { services: [], "queues.producers": [] },
      requiredSecrets,
      rateLimits: { ...rateLimits },
    }).errors.map(({ path }) => path);

  it("finds no error in a configuration that is ready", () => expect(pathsOf(READY)).toEqual([]));
  it("refuses the example, naming every placeholder", () => {
    expect(pathsOf(example)).toEqual(
      expect.arrayContaining([
        "origins.0",
        "issuers.0.domain",
        "issuers.0.audience",
        "stores.media.account",
      ]),
    );
    const { status } = spawnSync("npm", ["run", "-s", "check-config"]);
    expect(status).toBe(1);
  });
  it("refuses the development configuration", () => {
    const secrets = [
      "LOCAL_ACCESS_KEY_ID",
      "LOCAL_SECRET_ACCESS_KEY",
      "AUTH_SECRET",
      "UPLOAD_ID_SECRET",
    ];
    expect(pathsOf(development, secrets)).toContain("presigner.config.ts");
  });
  it("names the secrets that wrangler.toml lacks, or has too many", () => {
    expect(pathsOf(READY, ["UPLOAD_ID_SECRET", "RECEIPT_PRIVATE_KEY"])).toEqual([
      "wrangler.toml: secrets.required",
      "wrangler.toml: secrets.required",
    ]);
    const optional = [
      "MEDIA_READ_ACCESS_KEY_ID",
      "MEDIA_READ_SECRET_ACCESS_KEY",
      "UPLOAD_ID_SECRET_PREVIOUS",
      "UPLOAD_ID_SECRET_ROTATED_AT",
    ];
    expect(pathsOf(READY, [...REQUIRED, ...optional])).toEqual([]);
    expect(pathsOf(READY, [...REQUIRED, "OLD_SECRET"])).toEqual([
      "wrangler.toml: secrets.required",
    ]);
  });
  it("names what a policy asks of a store that cannot do it", () => {
    const policies = {
      avatar: { ...READY.policies["avatar"], maxBytes: "6 GB", storageClass: "COLD" },
    };
    expect(pathsOf({ ...READY, policies })).toEqual([
      "policies.avatar.maxBytes",
      "policies.avatar.storageClass",
    ]);
  });
  it("names limits that differ from the bindings'", () => {
    expect(pathsOf({ ...READY, limits: { perCaller: "60 / minute" } })).toEqual([
      "limits.perCaller",
    ]);
    expect(pathsOf(READY, REQUIRED, {})).toEqual(["limits.perAddress", "limits.perCaller"]);
  });
});
