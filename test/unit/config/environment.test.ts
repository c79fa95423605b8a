import { describe, expect, it } from "vitest";
import { compileConfig } from "../../../src/config/compile.ts";
import { ConfigurationError } from "../../../src/config/errors.ts";
import { aws, defineConfig } from "../../../src/define.ts";
import { CONFIG, ENV, startWorker, tokenFor } from "../support/start-worker.ts";

const { photo, avatar } = CONFIG.policies;
const BASE = { origins: CONFIG.origins, issuers: CONFIG.issuers };
const STAGING = {
  origins: ["https://staging.example.com"],
  stores: { media: aws({ region: "eu-west-1", bucket: "acme-media-staging" }) },
  policies: { photo: { ...photo, maxBytes: "1 MB" } },
};

function compile(environments: unknown, environment?: string) {
  return compileConfig({ ...CONFIG, environments }, { ...ENV, ENVIRONMENT: environment });
}

function errorsOf(environments: unknown, environment?: string): readonly string[] {
  try {
    compile(environments, environment);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.errors.map(({ path, detail }) => `${path}: ${detail}`);
  }
}

describe("the environments of a configuration", () => {
  it("replace the fields, stores and policies that they name, and leave all others", () => {
    const config = compile({ staging: STAGING }, "staging");
    expect([...config.origins]).toEqual(["https://staging.example.com"]);
    const bucketOf = (policy: string) => config.policies.get(policy)?.stores.get("default")?.bucket;
    expect([bucketOf("photo"), bucketOf("avatar")]).toEqual(
      Array.from({ length: 2 }, () => "acme-media-staging"),
    );
    expect(config.policies.get("document")?.stores.get("EU")?.bucket).toBe("acme-europe");
    expect(config.policies.get("photo")?.maxBytes).toBe(1e6);
    expect(config.policies.get("avatar")?.maxBytes).toBe(5e6);
    expect(config.issuers[0]?.issuers).toEqual(["https://backend.example.com"]);
  });

  it.for([undefined, ""])("leave production as it is where ENVIRONMENT is %j", (environment) =>
    expect(compile({ staging: STAGING }, environment)).toEqual(compile(undefined)),
  );

  it("are chosen by nothing but a name that they have", () => {
    expect(errorsOf({ staging: STAGING }, "stagin")).toEqual([
      'environments: there is no environment "stagin", which ENVIRONMENT in wrangler.toml names: add it, even if it is {}',
    ]);
    expect(errorsOf({ staging: STAGING }, "toString")).toHaveLength(1);
    expect(errorsOf({ production: {} }, "production")).toEqual([]);
  });

  it("are not needed by a Worker whose variable ENVIRONMENT is for something else", () =>
    expect(errorsOf(undefined, "production")).toEqual([]));

  it("name a store or policy that replaces nothing", () => {
    const stores = { medai: STAGING.stores.media };
    const policies = { foto: photo, avatar };
    expect(errorsOf({ staging: { stores, policies } }, "staging")).toEqual([
      expect.stringMatching(/^environments\.staging\.stores\.medai: replaces nothing/),
      expect.stringMatching(/^environments\.staging\.policies\.foto: replaces nothing/),
    ]);
  });

  it("name an unknown field, and one that is wrong", () => {
    const staging = { origin: ["https://staging.example.com"], stores: { media: {} } };
    expect(errorsOf({ staging }, "staging")).toEqual([
      expect.stringMatching(/^stores\.media\.provider: /),
      expect.stringMatching(/^stores\.media\.bucket: /),
      expect.stringMatching(/^presigner\.config\.ts: has no field "origin"/),
    ]);
  });

  it("are typed: names of fields, stores and policies", () => {
    const { media } = STAGING.stores;
    const key = "{user}/{id}";
    const sizes = { types: ["image/png"], maxBytes: "1 MB" } as const;
    const policies = { photo: { ...sizes, store: "media", key } } as const;
    const configs = [
      // @ts-expect-error -- no such field
      defineConfig({ ...BASE, stores: { media }, policies, environments: { a: { origin: [] } } }),
      defineConfig({
        ...BASE,
        stores: { media },
        policies,
        // @ts-expect-error -- no such store
        environments: { a: { stores: { medai: media } } },
      }),
      defineConfig({
        ...BASE,
        stores: { media },
        policies,
        // @ts-expect-error -- no such policy
        environments: { a: { policies: { foto: policies.photo } } },
      }),
      defineConfig({
        ...BASE,
        stores: { media },
        policies,
        // @ts-expect-error -- no such store
        environments: { a: { policies: { photo: { ...sizes, key, store: "archive" } } } },
      }),
      defineConfig({
        ...BASE,
        stores: { media },
        policies,
        environments: { a: { stores: { media }, policies, origins: [] }, b: {} },
      }),
    ];
    expect(configs).toHaveLength(5);
  });
});

describe("the Worker of an environment", () => {
  it("signs for the bucket of that environment", async () => {
    const { fetch } = startWorker({
      config: { ...CONFIG, environments: { staging: STAGING } },
      env: { ...ENV, ENVIRONMENT: "staging" },
    });
    const response = await fetch("/v1/uploads", {
      method: "POST",
      headers: { authorization: `Bearer ${await tokenFor()}`, "content-type": "application/json" },
      body: JSON.stringify({ filename: "a.png", contentType: "image/png", size: 9 }),
    });
    expect(await response.json()).toMatchObject({
      url: expect.stringContaining(
        "https://acme-media-staging.s3.eu-west-1.amazonaws.com/",
      ) as string,
    });
  });
});

describe("a Worker whose wrangler.toml has no ledger", () => {
  const config = { ...CONFIG, policies: { photo: { ...photo, quota: { pending: 9 } } } };
  const WITHOUT_LEDGER = { ...ENV, LEDGER: undefined };

  it("answers misconfigured if a policy has a quota, and names the binding in its log", async () => {
    const { fetch, log } = startWorker({ config, env: WITHOUT_LEDGER });
    const response = await fetch("/healthz");
    expect({ status: response.status, body: await response.json() }).toMatchObject({
      status: 503,
      body: { code: "misconfigured" },
    });
    expect(log.join()).toContain("wrangler.toml: durable_objects");
  });

  it("answers where no policy needs one", async () =>
    expect((await startWorker({ env: WITHOUT_LEDGER }).fetch("/healthz")).status).toBe(200));
});
