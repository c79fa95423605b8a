import { describe, expect, it } from "vitest";
import { compileConfig } from "../../../src/config/compile.ts";
import { ConfigurationError } from "../../../src/config/errors.ts";
import { aws, compatible, r2, tigris } from "../../../src/define.ts";
import { ACCOUNT, CONFIG, ENV } from "../support/start-worker.ts";

const KEYS = {
  ONE_ACCESS_KEY_ID: "AKIDONE",
  ONE_SECRET_ACCESS_KEY: "one-secret-access-key",
  TWO_ACCESS_KEY_ID: "AKIDTWO",
  TWO_SECRET_ACCESS_KEY: "two-secret-access-key",
};
const POLICY = { store: "one", types: ["image/png"], maxBytes: "1 MB" };
const ONE = aws({ region: "eu-central-1", bucket: "acme" });
type Fields = Readonly<Record<string, unknown>>;

/** The errors of the configuration. */
function errorsIn(stores: Fields, mine: Fields, theirs: Fields, env: Fields = {}) {
  const config = {
    origins: CONFIG.origins,
    issuers: CONFIG.issuers,
    stores,
    policies: { mine: { ...POLICY, ...mine }, theirs: { ...POLICY, ...theirs } },
  };
  try {
    compileConfig(config, { ...ENV, ...KEYS, ...env });
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError)
      return error.errors.map(({ path, detail }) => `${path}: ${detail}`);
    throw error;
  }
}

const errorsOf = (mine: Fields, theirs: Fields) => errorsIn({ one: ONE }, mine, theirs);
const REACHES = expect.stringContaining("could be in a user's prefix") as string;

describe("two policies in one bucket", () => {
  it.for([
    ["teams/{name}/{id}", "teams/{claim.team}/{id}"],
    ["teams/{id}/x/{name}", "teams/{claim.team}/{id}"],
    ["teams/{claim.org}/{id}", "teams/{claim.team}/{id}"],
    ["teams/red/{id}", "teams/{claim.team}/{id}"],
    ["{claim.team}/{claim.org}/{id}", "{claim.team}/{claim.group}/{id}"],
  ] as const)("are refused where %s could be in the prefix of a claim in %s", ([mine, theirs]) => {
    expect(errorsOf({ key: mine, shared: true }, { key: theirs, shared: true })).toContainEqual(
      REACHES,
    );
  });

  it.for([
    ["teams/{claim.team}/{name}", "teams/{claim.team}/{id}"],
    ["teams/{claim.team}/a/{id}", "teams/{claim.team}/b/{id}"],
    ["public/{name}", "teams/{claim.team}/{id}"],
    ["t-{claim.team}/{id}", "o-{claim.team}/{id}"],
  ] as const)("are accepted with %s and %s", ([mine, theirs]) => {
    expect(errorsOf({ key: mine, shared: true }, { key: theirs, shared: true })).toEqual([]);
  });

  it("are refused where {user} could be another's claim", () => {
    const team = { key: "teams/{claim.team}/{id}", shared: true };
    expect(errorsOf({ key: "teams/{user}/{id}" }, team)).toEqual([REACHES, REACHES]);
    const nested = { key: "teams/{claim.team}/{user}/{id}" };
    // The team's {id} could be the name of a user's folder, which some stores keep as one thing.
    expect(errorsOf(nested, team)).toEqual([expect.stringContaining("policies.theirs.key")]);
  });

  it.for(["download", "delete"] as const)(
    "are refused where one allows %s of what the other one keeps",
    (right) => {
      const detail = `policies.mine.key: could be a key of policy "theirs", which has no ${right}: true: start each key with another folder`;
      const key = "files/{user}/{name}";
      expect(errorsOf({ key, [right]: true }, { key: "files/{user}/{id}.{ext}" })).toEqual([
        detail,
      ]);
      expect(errorsOf({ key, [right]: true }, { key, [right]: true })).toEqual([]);
      expect(errorsOf({ key, [right]: true }, { key: "files/{user}/{id}/{name}" })).toEqual([]);
      expect(errorsOf({ key, [right]: true }, { key: "other/{user}/{name}" })).toEqual([]);
      expect(
        errorsOf({ key: "files/{user}/{id}.jpg", [right]: true }, { key: "files/{user}/{id}.pdf" }),
      ).toEqual([]);
    },
  );

  it("are refused where one overwrites what the other one keeps, unless each key is new", () => {
    const kept = { key: "files/{user}/{id}.{ext}" };
    expect(errorsOf({ key: "files/{user}/{name}", overwrite: true }, kept)).toHaveLength(1);
    expect(errorsOf({ key: "files/{user}/{id}.{ext}", overwrite: true }, kept)).toEqual([]);
  });
});

describe("a policy that counts what is stored", () => {
  const key = "plan/{user}/{id}";
  const counted = { key, quota: { objects: 5 } };

  it("shares no key with another policy, which could store or delete uncounted", () => {
    expect(errorsOf({ key }, counted)).toEqual([
      expect.stringContaining("whose quota counts what is stored"),
    ]);
    expect(errorsOf(counted, counted)).toHaveLength(2);
    expect(errorsOf({ key: "other/{user}/{id}" }, counted)).toEqual([]);
  });
});

describe("two stores", () => {
  const meet = (one: unknown, two: unknown, env: Fields = {}) => {
    const mine = { key: "{user}/{name}/{id}" };
    const theirs = { key: "photos/{user}/{id}", store: "two" };
    const errors = errorsIn({ one, two }, mine, theirs, env);
    if (errors.length > 0) expect(errors).toEqual([REACHES, REACHES]);
    return errors.length > 0;
  };
  const own = (endpoint: string, bucket = "acme") =>
    compatible({ endpoint, region: "us-east-1", bucket });
  const oneKey = { TWO_ACCESS_KEY_ID: KEYS.ONE_ACCESS_KEY_ID };

  it("are one bucket by host name and by path", () => {
    expect(meet(ONE, { ...ONE, addressing: "path" })).toBe(true);
    expect(meet(ONE, own("https://s3.eu-central-1.amazonaws.com"))).toBe(true);
  });

  it("are one bucket at a public and at an own endpoint", () => {
    const inner = own("https://s3.internal.acme.dev");
    const outer = { ...inner, publicEndpoint: "https://files.acme.dev" };
    expect(meet(inner, outer)).toBe(true);
    expect(meet(own("https://files.acme.dev"), outer)).toBe(true);
  });

  it("are one bucket at unknown endpoints with one key", () => {
    const [a, b] = [own("https://a.acme.dev"), own("https://b.acme.dev")];
    expect(meet(a, b, oneKey)).toBe(true);
    expect(meet(a, b)).toBe(false);
    expect(meet(a, own("https://b.acme.dev", "other"), oneKey)).toBe(false);
  });

  it("are two where only the name of the bucket is the same", () => {
    expect(meet(ONE, tigris({ bucket: "acme" }), oneKey)).toBe(false);
    const eu = r2({ account: ACCOUNT, bucket: "acme", jurisdiction: "eu" });
    expect(meet(r2({ account: ACCOUNT, bucket: "acme" }), eu, oneKey)).toBe(false);
  });
});
