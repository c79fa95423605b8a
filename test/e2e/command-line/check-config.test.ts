import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkDeployment } from "../../../cli/check-deployment.ts";
import { checkEnvironments } from "../../../cli/check-environments.ts";
import { auth0, defineConfig, jwks, r2, sharedSecret } from "../../../src/define.ts";

const POLICY = {
  store: "media",
  key: "users/{user}/{id}.{ext}",
  types: ["image/png"],
  maxBytes: "5 MB",
} as const;
const READY = defineConfig({
  origins: ["https://app.acme.dev", "https://localhost", "capacitor://localhost"],
  issuers: [auth0({ domain: "acme.eu.auth0.com", audience: "uploads" })],
  stores: { media: r2({ account: "0123456789abcdef0123456789abcdef", bucket: "media" }) },
  policies: { photo: POLICY },
});
const ADMINS = auth0({
  domain: "acme.eu.auth0.com",
  audience: "uploads-admin",
  claims: { role: ["admin"] },
  admin: true,
});
const DEPLOYMENT = {
  hasLedger: true,
  bindings: { services: [], "queues.producers": [] },
  requiredSecrets: [
    "MEDIA_ACCESS_KEY_ID",
    "MEDIA_SECRET_ACCESS_KEY",
    "UPLOAD_ID_SECRET",
    "RECEIPT_PRIVATE_KEY",
  ],
  rateLimits: {
    RATE_LIMIT_ADDRESS: { limit: 600, windowSeconds: 60 },
    RATE_LIMIT_CALLER: { limit: 120, windowSeconds: 60 },
  },
};

const check = (changes: object) => {
  const { errors, warnings } = checkDeployment({ ...READY, ...changes }, DEPLOYMENT);
  return { errors, warnings: warnings.map(({ path, detail }) => `${path}: ${detail}`) };
};
const checkPolicy = (fields: object) => check({ policies: { photo: { ...POLICY, ...fields } } });

describe("the warnings of check-config", () => {
  it("are none for a policy that gives nothing up, and for the origins of apps", () =>
    expect(check({})).toEqual({ errors: [], warnings: [] }));

  it("name an issuer by its place, also behind one of admins", () => {
    const any = jwks({
      issuer: "https://id.acme.dev",
      jwksUrl: "https://id.acme.dev/keys",
      dangerouslyAcceptAnyAudience: true,
    });
    expect(check({ issuers: [ADMINS, any] }).warnings).toEqual([
      expect.stringContaining("issuers.1.dangerouslyAcceptAnyAudience: accepts tokens") as string,
    ]);
  });

  it.for([
    ["types", { types: ["*/*"] }, 'has "*/*"'],
    ["types", { types: ["image/png", "text/html"] }, "has text/html, which a browser runs"],
    ["types", { types: ["image/svg+xml"] }, "has image/svg+xml, which a browser runs"],
    ["expiresIn", { expiresIn: "7 days" }, "is 7 days: whoever finds a ticket"],
    ["expiresIn", { expiresIn: "90 min" }, "is 1.5 hours: whoever finds a ticket"],
    ["backgroundExpiresIn", { backgroundExpiresIn: "7 days" }, "is 7 days"],
    ["overwrite", { overwrite: true, backgroundExpiresIn: "1 day" }, "again, for 1 day with"],
    ["size", { size: "optional" }, 'is "optional"'],
    [
      "delete",
      { shared: true, key: "all/{id}.{ext}", delete: true },
      "lets every caller delete what the others sent",
    ],
  ] as const)("name policies.photo.%s where it is %j", ([field, fields, part]) => {
    const { errors, warnings } = checkPolicy(fields);
    expect({ errors, count: warnings.length }).toEqual({ errors: [], count: 1 });
    expect(warnings[0]).toMatch(new RegExp(`^policies\\.photo\\.${field}: `));
    expect(warnings[0]).toContain(part);
  });

  it.for([
    { types: ["image/*", "application/pdf"] },
    { expiresIn: "1 h" },
    { backgroundExpiresIn: "1 day" },
    { overwrite: true },
    { delete: true },
    { shared: true, key: "all/{id}.{ext}", download: true },
  ])("are none for %j", (fields) =>
    expect(checkPolicy(fields)).toEqual({ errors: [], warnings: [] }),
  );

  it("name an origin on the user's own computer", () =>
    expect(check({ origins: ["https://app.acme.dev", "http://localhost:3000"] })).toEqual({
      errors: [],
      warnings: [expect.stringMatching(/^origins: .*http:\/\/localhost:3000/) as string],
    }));

  it("name an issuer whose tokens may be for anybody", () => {
    const issuer = jwks({
      issuer: "https://login.acme.dev/",
      jwksUrl: "https://login.acme.dev/jwks.json",
      dangerouslyAcceptAnyAudience: true,
    });
    expect(check({ issuers: [issuer] })).toEqual({
      errors: [],
      warnings: [
        expect.stringMatching(/^issuers\.0\.dangerouslyAcceptAnyAudience: .*audience/) as string,
      ],
    });
  });
});

describe("the environments of wrangler.toml", () => {
  const production = { name: undefined, ...DEPLOYMENT };
  const pathsOf = (changes: object, staging: object) =>
    checkEnvironments({ ...READY, ...changes }, [
      production,
      { name: "staging", ...DEPLOYMENT, ...staging },
    ]).errors.map(({ path }) => path);
  const environments = { staging: { origins: ["https://staging.acme.dev"] } };

  it("have no error where each has what it needs", () => {
    expect(pathsOf({}, {})).toEqual([]);
    expect(pathsOf({ environments }, { environment: "staging" })).toEqual([]);
  });

  it("name a secret, a rate limit and a ledger that one of them lacks", () => {
    const bare = { requiredSecrets: DEPLOYMENT.requiredSecrets.slice(1), rateLimits: {} };
    const policies = { photo: { ...POLICY, quota: { pending: 9 } } };
    expect(pathsOf({ policies }, { ...bare, hasLedger: false })).toEqual([
      "staging: wrangler.toml: secrets.required",
      "staging: wrangler.toml: durable_objects.bindings",
      "staging: limits.perAddress",
      "staging: limits.perCaller",
    ]);
    expect(pathsOf({}, { hasLedger: false })).toEqual([]);
    const revocable = { revocations: true, issuers: [ADMINS, ...(READY.issuers ?? [])] };
    expect(pathsOf(revocable, {})).toEqual([]);
    expect(pathsOf(revocable, { hasLedger: false })).toEqual([
      "staging: wrangler.toml: durable_objects.bindings",
    ]);
  });

  it("name the queue of the audit and the scanner that one of them lacks, and what to paste", () => {
    const bindings = { services: ["SCANNER"], "queues.producers": ["AUDIT"] };
    const requiredSecrets = [
      ...DEPLOYMENT.requiredSecrets,
      "MEDIA_READ_ACCESS_KEY_ID",
      "MEDIA_READ_SECRET_ACCESS_KEY",
      "SCANNER_SECRET",
    ];
    const complete = { ...DEPLOYMENT, requiredSecrets, bindings };
    const quarantine = { scanner: { binding: "SCANNER" } };
    const definition = {
      ...READY,
      audit: { queue: "AUDIT" },
      policies: { photo: { ...POLICY, quarantine } },
    };
    const errorsOf = (staging: object) =>
      checkEnvironments(definition, [
        { name: undefined, ...complete },
        { name: "staging", ...complete, ...staging },
      ]).errors;
    expect(errorsOf({})).toEqual([]);
    expect(errorsOf({ bindings: DEPLOYMENT.bindings })).toEqual([
      {
        path: "staging: wrangler.toml: services",
        detail: 'add SCANNER: it is the scanner of the policy "photo"',
        paste: expect.stringMatching(
          /^\[\[env\.staging\.services]]\nbinding = "SCANNER"/,
        ) as string,
      },
      {
        path: "staging: wrangler.toml: queues.producers",
        detail: "add AUDIT: the audit is sent to it",
        paste: expect.stringMatching(
          /^\[\[env\.staging\.queues\.producers]]\nbinding = "AUDIT"/,
        ) as string,
      },
    ]);
  });

  it("name an environment that nothing chooses, and a choice that there is not", () => {
    expect(pathsOf({ environments }, {})).toEqual(["environments.staging"]);
    expect(pathsOf({ environments }, { environment: "stagin" })).toEqual([
      "staging: environments",
      "environments.staging",
    ]);
  });

  it("have a warning for each store that is production's own", () => {
    const staging = { name: "staging", ...DEPLOYMENT, environment: "staging" };
    const warningsOf = (stores: object) =>
      checkEnvironments({ ...READY, environments: { staging: { stores } } }, [production, staging])
        .warnings;
    expect(warningsOf({})).toEqual([
      { path: "environments.staging.stores", detail: expect.stringContaining('"media"') as string },
    ]);
    expect(warningsOf({ media: { ...READY.stores["media"], bucket: "media-staging" } })).toEqual(
      [],
    );
  });

  it("report once what is wrong in the configuration of all, and each binding that one lacks", () => {
    expect(pathsOf({ origins: ["https://app.example.com"] }, {})).toEqual(["origins.0"]);
    const issuers = [sharedSecret({ issuer: "https://api.acme.dev", audience: "uploads" })];
    expect(pathsOf({ issuers }, {})).toEqual([
      "wrangler.toml: secrets.required",
      "staging: wrangler.toml: secrets.required",
    ]);
  });
});

describe("check-config as a process", () => {
  let folder: string;
  let risky: string;
  let ready: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "presigner-check-"));
    const write = (name: string, definition: object) => {
      const path = join(folder, name);
      writeFileSync(path, `export default ${JSON.stringify(definition)};`);
      return path;
    };
    ready = write("ready.mjs", READY);
    risky = write("risky.mjs", { ...READY, policies: { photo: { ...POLICY, types: ["*/*"] } } });
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const run = async (...args: readonly string[]) => {
    const child = spawn(process.execPath, ["cli/main.ts", "check-config", ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [stdout, stderr] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close"),
    ]);
    return { status: child.exitCode, stdout, stderr };
  };

  it("prints its help, and checks nothing", async () => {
    const { status, stdout, stderr } = await run("--help");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("Usage: edge-presigner check-config [options]");
    expect(stdout).toContain("--strict");
  });

  it("passes with a warning, and fails with --strict", async () => {
    const passed = await run("--config", risky);
    expect(passed).toMatchObject({ status: 0, stdout: expect.stringContaining("✔") as string });
    expect(passed.stderr).toContain("▲ policies.photo.types: ");
    expect(passed.stderr).toContain("1 warning.");
    expect(await run("--config", risky, "--strict")).toMatchObject({ status: 1 });
    expect(await run("--config", ready, "--strict")).toMatchObject({ status: 0, stderr: "" });
  });

  it("prints both as JSON", async () => {
    const { status, stdout, stderr } = await run("--config", risky, "--json");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({
      isGood: true,
      environments: ["production"],
      errors: [],
      warnings: [{ path: "policies.photo.types", detail: expect.any(String) as string }],
    });
    const example = await run("--json");
    expect(example.status).toBe(1);
    expect(JSON.parse(example.stdout)).toMatchObject({ isGood: false, warnings: [] });
  });

  it("exits with 2 for a file or an option that there is not", async () => {
    expect(await run("--config", join(folder, "none.ts"))).toMatchObject({ status: 2, stdout: "" });
    expect(await run("--stricter")).toMatchObject({ status: 2, stdout: "" });
  });
});
