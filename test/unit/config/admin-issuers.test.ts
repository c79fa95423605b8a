import { describe, expect, it } from "vitest";
import { compileConfig } from "../../../src/config/compile.ts";
import { ConfigurationError, type ConfigError } from "../../../src/config/errors.ts";
import * as define from "../../../src/define.ts";
import { ADMIN_CONFIG, ADMIN_ENV, ADMIN_ISSUER } from "../support/admin.ts";
import { CONFIG, startWorker } from "../support/start-worker.ts";

const [USERS] = CONFIG.issuers;

function errorsOf(issuers: readonly unknown[]): readonly ConfigError[] {
  try {
    compileConfig({ ...CONFIG, issuers }, ADMIN_ENV);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.errors;
    throw error;
  }
}

const pathsOf = (issuers: readonly unknown[]) => errorsOf(issuers).map(({ path }) => path);

describe("an admin issuer", () => {
  it("is none of the issuers of users, wherever it is in the list", () => {
    for (const all of [
      [USERS, ADMIN_ISSUER],
      [ADMIN_ISSUER, USERS],
    ]) {
      const { issuers, adminIssuers } = compileConfig({ ...CONFIG, issuers: all }, ADMIN_ENV);
      expect(issuers.map(({ audiences }) => audiences)).toEqual([["uploads"]]);
      expect(adminIssuers.map(({ audiences }) => audiences)).toEqual([["uploads-admin"]]);
    }
  });

  it("needs no userPrefix, and lets the issuer of users do without one", () => {
    expect(pathsOf([USERS, ADMIN_ISSUER])).toEqual([]);
    expect(pathsOf([ADMIN_ISSUER, USERS])).toEqual([]);
  });

  it.for([
    ["audience", { audience: undefined }],
    ["claims", { claims: {} }],
    ["userPrefix", { userPrefix: "a" }],
    ["tokenHeader", { tokenHeader: "x-token" }],
    ["dangerouslyAcceptAnyAudience", { dangerouslyAcceptAnyAudience: true }],
    ["dangerouslyAcceptAnyAudience", { dangerouslyAcceptAnyAudience: true, audience: undefined }],
    ["admin", { admin: "yes" }],
  ] as const)("is refused for its field %s", ([field, changed]) => {
    expect(pathsOf([USERS, { ...ADMIN_ISSUER, ...changed }])).toContain(`issuers.1.${field}`);
    expect(pathsOf([{ ...ADMIN_ISSUER, ...changed }, USERS])).toContain(`issuers.0.${field}`);
  });

  it.for([
    ["has the audience of users", "audience", { audience: "uploads" }],
    ["has an audience of users among others", "audience", { audience: ["x", "uploads"] }],
    ["has the secret of users", "secret", { secret: "AUTH_SECRET" }],
  ] as const)("is refused where it %s", ([, field, changed]) => {
    expect(pathsOf([USERS, { ...ADMIN_ISSUER, ...changed }])).toContain(`issuers.1.${field}`);
    expect(pathsOf([{ ...ADMIN_ISSUER, ...changed }, USERS])).toContain(`issuers.0.${field}`);
  });

  it("is refused with the claims rule of users, in whichever order it is written", () => {
    const users = { ...USERS, claims: { role: ["admin", "editor"], team: ["x"] } };
    const admins = { ...ADMIN_ISSUER, claims: { team: ["x"], role: ["editor", "admin"] } };
    expect(pathsOf([users, admins])).toEqual(["issuers.1.claims"]);
    expect(pathsOf([admins, users])).toEqual(["issuers.0.claims"]);
  });

  it("is refused beside users of the same provider who are accepted for any audience", () => {
    const address = { issuer: "https://id.example.com", jwksUrl: "https://id.example.com/keys" };
    const users = define.jwks({ ...address, claims: { azp: ["https://app.example.com"] } });
    const rule = { audience: "admin", claims: { role: ["admin"] }, admin: true };
    const admins = define.jwks({ ...address, ...rule });
    expect(pathsOf([users, admins])).toEqual(["issuers.1.audience"]);
    expect(pathsOf([admins, users])).toEqual(["issuers.0.audience"]);
    const other = { issuer: "https://staff.example.com", jwksUrl: "https://staff.example.com/k" };
    expect(pathsOf([users, define.jwks({ ...other, ...rule })])).toEqual([]);
  });

  it("is refused with the `iss` or the audience of another admin issuer", () => {
    const second = { ...ADMIN_ISSUER, claims: { role: ["operator"] }, secret: "OTHER_SECRET" };
    const paths = pathsOf([USERS, ADMIN_ISSUER, second]);
    expect(paths).toContain("issuers.2.issuer");
    expect(paths).toContain("issuers.2.audience");
  });

  it("says in a sentence what to change", () => {
    expect(errorsOf([USERS, { ...ADMIN_ISSUER, claims: {}, audience: "uploads" }])).toEqual([
      {
        path: "issuers.1.claims",
        detail:
          'is required: it says which tokens are those of admins, such as claims: { role: ["admin"] }',
      },
      {
        path: "issuers.1.audience",
        detail: '"uploads" is an audience of issuers.0 too: give the admin issuer one of its own',
      },
    ]);
  });

  it("has a secret that no other purpose has", () => {
    const env = { ...ADMIN_ENV, ADMIN_SECRET: ADMIN_ENV.AUTH_SECRET };
    expect(() => compileConfig(ADMIN_CONFIG, env)).toThrow("has the value of AUTH_SECRET");
  });

  it("can be made with each preset that has an audience", () => {
    const options = { claims: { role: ["admin"] }, admin: true };
    const made = [
      define.auth0({ domain: "acme.eu.auth0.com", audience: "admin", ...options }),
      define.cloudflareAccess({ team: "acme", audience: "tag", ...options }),
      define.cognito({
        region: "eu-west-1",
        userPool: "eu-west-1_AbC",
        clientId: "c",
        tokenUse: "id",
        ...options,
      }),
    ];
    for (const issuer of made) expect(pathsOf([USERS, issuer])).toEqual([]);
    const [, , cognito] = made;
    expect(cognito?.claims).toEqual({ role: ["admin"], token_use: ["id"] });
  });
});

describe("revocations", () => {
  const errorsWith = (changed: object) => {
    try {
      compileConfig({ ...ADMIN_CONFIG, revocations: true, ...changed }, ADMIN_ENV);
      return [];
    } catch (error) {
      if (error instanceof ConfigurationError) return error.errors.map(({ path }) => path);
      throw error;
    }
  };
  const { photo } = CONFIG.policies;

  it("are off unless they are turned on", () => {
    expect(compileConfig(ADMIN_CONFIG, ADMIN_ENV).revocations).toBe(false);
    expect(errorsWith({})).toEqual([]);
    expect(errorsWith({ revocations: "yes" })).toEqual(["revocations"]);
  });

  it("need an issuer of admins", () => {
    expect(errorsWith({ issuers: CONFIG.issuers })).toEqual(["revocations"]);
  });

  it("are kept for as long as an id can be used", () => {
    const policies = {
      photo: { ...photo, resumeWithin: "61 days" },
      other: { ...photo, key: "other/{user}/{id}", resumeWithin: "60 days" },
    };
    expect(errorsWith({ policies })).toEqual(["policies.photo.resumeWithin"]);
    expect(errorsWith({ policies, revocations: false })).toEqual([]);
  });

  it("need a ledger", async () => {
    const config = { ...ADMIN_CONFIG, revocations: true };
    const worker = startWorker({ config, env: { ...ADMIN_ENV, LEDGER: undefined } });
    expect((await worker.fetch("/healthz")).status).toBe(503);
    expect(worker.log.join("\n")).toContain("add LEDGER: revocations are kept there");
  });
});
