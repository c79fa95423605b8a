import { describe, expect, it } from "vitest";
import { compileConfig } from "../../../src/config/compile.ts";
import { ConfigurationError } from "../../../src/config/errors.ts";
import { aws, ceph, garage, local, minio, r2 } from "../../../src/define.ts";
import { ACCOUNT, CONFIG, ENV } from "../support/start-worker.ts";

type Fields = Readonly<Record<string, unknown>>;

const ROLE = "arn:aws:iam::123456789012:role/scoped";
const SERVER = { endpoint: "https://s3.acme.dev", region: "us-east-1", bucket: "acme" };
const AWS = aws({ region: "eu-central-1", bucket: "acme" });
const SECRETS = {
  ...ENV,
  ONE_ACCESS_KEY_ID: "AKIDONE",
  ONE_SECRET_ACCESS_KEY: "one-secret-access-key",
  ONE_SCOPED_ACCESS_KEY_ID: "AKIDPARENT",
  ONE_SCOPED_SECRET_ACCESS_KEY: "parent-secret-access-key",
};
const sync = {
  store: "one",
  key: "sync/{user}/",
  credentials: { actions: ["read", "write"], roleArn: ROLE },
};
const photo = { store: "one", key: "photos/{user}/{id}", types: ["image/png"], maxBytes: "1 MB" };

function compile(policies: Fields, store: Fields = AWS, env: Fields = SECRETS) {
  const { origins, issuers } = CONFIG;
  return compileConfig({ origins, issuers, stores: { one: store }, policies }, env);
}

/** The paths of the errors. */
function errorsIn(...args: Parameters<typeof compile>): readonly string[] {
  try {
    compile(...args);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.errors.map(({ path }) => path);
    throw error;
  }
}

const errorsOf = (changes: Fields, store?: Fields) =>
  errorsIn({ photo, sync: { ...sync, ...changes } }, store);
const giving = (credentials: Fields) => ({ credentials: { ...sync.credentials, ...credentials } });

describe("a policy that gives credentials", () => {
  it("is no policy of tickets, and has a pair of its own", () => {
    const { policies, credentialPolicies } = compile({ photo, sync });
    expect([...policies.keys()]).toEqual(["photo"]);
    const policy = credentialPolicies.get("sync");
    expect(policy).toMatchObject({ actions: ["read", "write"], expiresInSeconds: 900 });
    expect(policy?.parent.accessKeyId.reveal()).toBe("AKIDPARENT");
  });

  it("names the secrets of its pair that are missing, once for several policies", () => {
    const { ONE_SCOPED_ACCESS_KEY_ID: _, ONE_SCOPED_SECRET_ACCESS_KEY: __, ...env } = SECRETS;
    const backup = { ...sync, key: "backup/{user}/" };
    expect(errorsIn({ photo, sync, backup }, AWS, env)).toEqual([
      "secrets.ONE_SCOPED_ACCESS_KEY_ID",
      "secrets.ONE_SCOPED_SECRET_ACCESS_KEY",
    ]);
  });

  it("is refused with the secret of the pair that signs tickets", () => {
    const env = { ...SECRETS, ONE_SCOPED_SECRET_ACCESS_KEY: SECRETS.ONE_SECRET_ACCESS_KEY };
    expect(errorsIn({ photo, sync }, AWS, env)).toEqual(["secrets.ONE_SCOPED_SECRET_ACCESS_KEY"]);
  });

  it.for([
    ["types", ["image/png"]],
    ["maxBytes", "1 MB"],
    ["quota", {}],
    ["download", true],
    ["checksum", ["md5"]],
  ] as const)("is refused with %s, which only a ticket keeps", ([field, value]) => {
    expect(errorsOf({ [field]: value })).toEqual([`policies.sync.${field}`]);
  });

  it.for([
    "sync/{user}",
    "{user}/",
    "/sync/{user}/",
    "sync/{user}/{id}/",
    "sync/a-{user}/",
    "sync/{claim.org}/{user}/",
    "sync/*/{user}/",
    "sync/?/{user}/",
    "sync/${aws:username}/{user}/",
    "../{user}/",
    "sy nc/{user}/",
    "{user}/{user}/",
  ])("is refused with the key %s", (key) => {
    expect(errorsOf({ key })).toEqual(["policies.sync.key"]);
  });

  it("is refused as the default policy", () => {
    const { origins, issuers } = CONFIG;
    const config = { origins, issuers, stores: { one: AWS }, defaultPolicy: "sync" };
    expect(() => compileConfig({ ...config, policies: { photo, sync } }, SECRETS)).toThrow(
      "defaultPolicy: must be a policy that gives tickets",
    );
  });

  it("is refused for regions, and for a store that there is not", () => {
    expect(errorsOf({ store: { default: "one" } })).toEqual(["policies.sync.store"]);
    expect(errorsOf({ store: "two" })).toEqual(["policies.sync.store"]);
  });

  it("lasts an hour at most, and 15 minutes at least where an STS gives it", () => {
    const path = ["policies.sync.credentials.expiresIn"];
    expect(errorsOf(giving({ expiresIn: "1 h" }))).toEqual([]);
    expect(errorsOf(giving({ expiresIn: 3601 }))).toEqual(path);
    expect(errorsOf(giving({ expiresIn: 899 }))).toEqual(path);
    const europe = r2({ account: ACCOUNT, bucket: "acme" });
    const onR2 = (expiresIn: unknown) =>
      errorsOf(giving({ expiresIn, roleArn: undefined }), europe);
    expect(onR2("1 min")).toEqual([]);
    expect(onR2(59)).toEqual(path);
    expect(onR2(3601)).toEqual(path);
  });

  it("needs a role where the store has roles, and of its partition", () => {
    const path = ["policies.sync.credentials.roleArn"];
    expect(errorsOf(giving({ roleArn: undefined }))).toEqual(path);
    expect(errorsOf(giving({ roleArn: "arn:aws:iam::123456789012:user/scoped" }))).toEqual(path);
    expect(errorsOf(giving({ roleArn: ROLE.replace("aws", "aws-cn") }))).toEqual(path);
    const china = aws({ region: "cn-north-1", bucket: "acme" });
    expect(errorsOf(giving({ roleArn: ROLE.replace("aws", "aws-cn") }), china)).toEqual([]);
    const own = ceph(SERVER);
    expect(errorsOf(giving({ roleArn: "arn:aws:iam:::role/scoped" }), own)).toEqual([]);
    expect(errorsOf(giving({ roleArn: undefined }), own)).toEqual(path);
    expect(errorsOf({}, r2({ account: ACCOUNT, bucket: "acme" }))).toEqual(path);
    expect(errorsOf({}, minio(SERVER))).toEqual(path);
    expect(errorsOf(giving({ roleArn: undefined }), minio(SERVER))).toEqual([]);
  });

  it("is refused on a store that has no credentials for one prefix", () => {
    expect(errorsOf({}, garage(SERVER))).toEqual(["policies.sync.credentials"]);
    expect(errorsOf({}, local({ bucket: "acme" }))).toContain("policies.sync.credentials");
  });
});

describe("the prefix of credentials", () => {
  const errorsBeside = (other: Fields, key = sync.key) =>
    errorsIn({ other, sync: { ...sync, key } });

  it.for([
    "sync/{user}/{id}",
    "sync/{user}/a/{id}",
    "sync/{claim.x}/{id}",
    "sync/{name}/{id}",
    "{claim.x}/{user}/{id}",
    "{yyyy}/{user}/{id}",
    "sync/alice/{id}",
  ])("holds no key of a policy with %s", (key) => {
    const prefix = key.startsWith("{yyyy}") ? "2026/{user}/" : sync.key;
    expect(errorsBeside({ ...photo, key, shared: !key.includes("{user}") }, prefix)).toEqual([
      "policies.sync.key",
    ]);
  });

  it.for(["photos/{user}/{id}", "sync/{id}", "syncs/{user}/{id}", "photos/sync/{user}/{id}"])(
    "is beside the keys of %s",
    (key) => {
      expect(errorsBeside({ ...photo, key, shared: !key.includes("{user}") })).toEqual([]);
    },
  );

  it.for(["sync/{user}/", "sync/a/{user}/"])("is not under another one: %s", (key) => {
    const errors = errorsBeside({ ...sync, key });
    expect(errors).toEqual(["policies.other.key", "policies.sync.key"]);
  });

  it("may be that of a policy in another bucket", () => {
    const { origins, issuers } = CONFIG;
    const stores = { one: AWS, media: aws({ region: "eu-central-1", bucket: "others" }) };
    const policies = { sync, photo: { ...photo, key: "sync/{user}/{id}", store: "media" } };
    expect(() => compileConfig({ origins, issuers, stores, policies }, SECRETS)).not.toThrow();
  });
});
