import { describe, expect, it } from "vitest";
import { compileConfig } from "../../../src/config/compile.ts";
import type { StoreDefinition } from "../../../src/config/definition.ts";
import { ConfigurationError } from "../../../src/config/errors.ts";
import * as define from "../../../src/define.ts";
import { ACCOUNT, CONFIG, ENV } from "../support/start-worker.ts";

const { aws, compatible, local, r2 } = define;
type Fields = Readonly<Record<string, unknown>>;

const MEDIA = aws({ region: "ap-northeast-2", bucket: "acme-media" });
const SCANNER_SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";
const KEYS = {
  MEDIA_READ_ACCESS_KEY_ID: "AKIDMEDIAREAD",
  MEDIA_READ_SECRET_ACCESS_KEY: "media-read-secret-access-key",
};
const SCANNED = { ...KEYS, SCANNER_SECRET };
const CHECKED = {
  store: "media",
  key: "checked/{user}/{id}.{ext}",
  types: ["image/png"],
  maxBytes: "10 MB",
  quarantine: {},
};

function compile(policies: Fields, env: Fields, media: StoreDefinition = MEDIA) {
  const stores = { ...CONFIG.stores, media };
  const { origins, issuers } = CONFIG;
  return compileConfig({ origins, issuers, stores, policies }, { ...ENV, ...env });
}

/** The errors of a configuration with one policy under quarantine. */
function errorsOf(
  checked: Fields,
  {
    env = KEYS,
    others = {},
    media,
  }: { readonly env?: Fields; readonly others?: Fields; readonly media?: StoreDefinition } = {},
): readonly string[] {
  try {
    compile({ ...others, checked: { ...CHECKED, ...checked } }, env, media);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError)
      return error.errors.map(({ path, detail }) => `${path}: ${detail}`);
    throw error;
  }
}

const pathsOf = (...input: Parameters<typeof errorsOf>) =>
  errorsOf(...input).map((error) => error.split(": ")[0]);

describe("a policy with a quarantine", () => {
  it("has a ledger, looks at the first bytes, and keeps files under pending/", () => {
    const { policies } = compile({ checked: CHECKED }, KEYS);
    expect(policies.get("checked")).toMatchObject({
      quota: {},
      quarantine: { prefix: "pending/", verify: ["magic"] },
    });
  });

  it("needs an {id} in its key, and a pair that reads", () => {
    expect(pathsOf({ key: "checked/{user}/{name}" })).toEqual(["policies.checked.key"]);
    expect(pathsOf({}, { env: {} })).toEqual([
      "secrets.MEDIA_READ_ACCESS_KEY_ID",
      "secrets.MEDIA_READ_SECRET_ACCESS_KEY",
    ]);
  });

  it.for(["", "/", "/pending/", "pending", "a/../b/", "./", "{user}/", "a*/", "a//", "a/b/c/d/e/"])(
    "has folders for a prefix, and not %j",
    (prefix) => {
      expect(pathsOf({ quarantine: { prefix } })).toEqual(["policies.checked.quarantine.prefix"]);
    },
  );

  it("checks something", () => {
    expect(pathsOf({ quarantine: { verify: [] } })).toEqual(["policies.checked.quarantine.verify"]);
    const scanner = { url: "https://scanner.example.com/" };
    expect(errorsOf({ quarantine: { verify: [], scanner } }, { env: SCANNED })).toEqual([]);
  });

  it("asks its scanner at one address, or by one binding", () => {
    const url = "https://scanner.example.com/scan";
    const at = "policies.checked.quarantine.scanner";
    const of = (scanner: Fields) => pathsOf({ quarantine: { scanner } }, { env: SCANNED });
    expect(of({ url })).toEqual([]);
    expect(of({ binding: "SCANNER" })).toEqual([]);
    expect(of({})).toEqual([at]);
    expect(of({ url, binding: "SCANNER" })).toEqual([at]);
    expect(of({ url: "http://scanner.example.com/" })).toEqual([`${at}.url`]);
    expect(of({ url: "https://user@scanner.example.com/" })).toEqual([`${at}.url`]);
    expect(of({ binding: "no name" })).toEqual([`${at}.binding`]);
    expect(of({ url, secret: "WEBHOOK_SECRET" })).toEqual([`${at}.secret`]);
  });

  it("needs the secret of its scanner, which is no other one", () => {
    const quarantine = { scanner: { url: "https://scanner.example.com/" } };
    expect(pathsOf({ quarantine })).toEqual(["secrets.SCANNER_SECRET"]);
    const weak = { ...KEYS, SCANNER_SECRET: "whsec_short" };
    expect(pathsOf({ quarantine }, { env: weak })).toEqual(["secrets.SCANNER_SECRET"]);
    const shared = { ...SCANNED, AUTH_SECRET: SCANNER_SECRET };
    expect(pathsOf({ quarantine }, { env: shared })).toEqual(["secrets.SCANNER_SECRET"]);
    const named = { scanner: { ...quarantine.scanner, secret: "IMAGE_SCANNER_SECRET" } };
    expect(pathsOf({ quarantine: named }, { env: SCANNED })).toEqual([
      "secrets.IMAGE_SCANNER_SECRET",
    ]);
  });

  it("needs a store that copies on a condition", () => {
    const address = { endpoint: "https://s3.example.com", region: "default", bucket: "acme" };
    expect(errorsOf({}, { media: compatible(address) })).toEqual([]);
    const without = compatible({ ...address, capabilities: { copies: false } });
    expect(pathsOf({}, { media: without })).toEqual(["policies.checked.quarantine"]);
  });

  it("has types whose first bytes are known, and each of a pattern", () => {
    const types = ["image/*", "text/plain"];
    const { policies } = compile({ checked: { ...CHECKED, types } }, KEYS);
    const expanded = policies.get("checked")?.types ?? [];
    expect(expanded).toContain("image/webp");
    expect(expanded).toContain("text/plain");
    expect(expanded).not.toContain("image/*");
    const unknown = { types: ["image/png", "application/octet-stream"] };
    expect(pathsOf(unknown)).toEqual(["policies.checked.types"]);
    const scanner = { url: "https://scanner.example.com/" };
    const scanned = { ...unknown, quarantine: { verify: [], scanner } };
    expect(errorsOf(scanned, { env: SCANNED })).toEqual([]);
  });

  it("is no larger than its store copies", () => {
    const gcs = { maxBytes: "6 GB", overwrite: true, multipartFrom: "1 GB" };
    const bucket = { bucket: "acme" };
    expect(pathsOf(gcs, { media: define.gcs(bucket) })).toEqual(["policies.checked.maxBytes"]);
    expect(pathsOf({ ...gcs, maxBytes: "5 GB" }, { media: define.gcs(bucket) })).toEqual([]);
  });

  it("takes the one pair of the embedded store", () => {
    expect(errorsOf({}, { media: local({ bucket: "uploads" }), env: {} })).toEqual([]);
  });
});

describe("the pending prefix", () => {
  const policy = { store: "media", types: ["image/png"], maxBytes: "1 MB" };
  const prefixError = "policies.checked.quarantine.prefix";
  const beside = (key: string, fields: Fields = {}) =>
    pathsOf({}, { others: { other: { ...policy, key, ...fields } } });

  it("is where no other policy has keys", () => {
    expect(beside("other/{user}/{id}")).toEqual([]);
    expect(beside("pending/{user}/{id}")).toEqual([prefixError]);
    expect(beside("{user}/{id}")).toContain(prefixError);
    expect(beside("{id}/{name}", { shared: true })).toContain(prefixError);
  });

  it("is where its own policy has none", () => {
    expect(pathsOf({ key: "pending/{user}/{id}" })).toEqual([prefixError]);
    expect(pathsOf({ key: "{user}/{id}" })).toEqual([prefixError]);
  });

  it("is in no user's prefix of another policy", () => {
    const others = { other: { ...policy, key: "files/{user}/{id}" } };
    expect(pathsOf({ quarantine: { prefix: "files/pending/x/" } }, { others })).toEqual([
      prefixError,
    ]);
    expect(pathsOf({ quarantine: { prefix: "waiting/files/" } }, { others })).toEqual([]);
  });

  it("is under no credentials, nor they under it", () => {
    const media = r2({ account: ACCOUNT, bucket: "acme" });
    const env = {
      ...KEYS,
      MEDIA_SCOPED_ACCESS_KEY_ID: "0123456789abcdef0123456789abcdef",
      MEDIA_SCOPED_SECRET_ACCESS_KEY: "media-scoped-secret-access-key",
    };
    const withKey = (key: string) => {
      const sync = { store: "media", key, credentials: { actions: ["read"] } };
      return pathsOf({}, { others: { sync }, media, env });
    };
    expect(withKey("sync/{user}/")).toEqual([]);
    expect(withKey("pending/{user}/")).toEqual([prefixError]);
    expect(withKey("pending/checked/{user}/")).toEqual([prefixError]);
  });

  it("is shared by policies whose keys do not meet, and is in no other pending prefix", () => {
    const other = { ...policy, key: "other/{user}/{id}", quarantine: {} };
    expect(pathsOf({}, { others: { other } })).toEqual([]);
    const nested = { ...other, quarantine: { prefix: "pending/other/" } };
    expect(pathsOf({}, { others: { other: nested } })).toEqual([
      "policies.other.quarantine.prefix",
    ]);
  });

  it("may be anything in another bucket", () => {
    const stores = aws({ region: "eu-central-1", bucket: "acme-other" });
    const config = {
      origins: CONFIG.origins,
      issuers: CONFIG.issuers,
      stores: { media: MEDIA, other: stores },
      policies: {
        checked: CHECKED,
        other: { ...policy, store: "other", key: "pending/{user}/{id}" },
      },
    };
    const env = { OTHER_ACCESS_KEY_ID: "AKIDOTHER", OTHER_SECRET_ACCESS_KEY: "other-secret-key" };
    expect(() => compileConfig(config, { ...ENV, ...KEYS, ...env })).not.toThrow();
  });
});
