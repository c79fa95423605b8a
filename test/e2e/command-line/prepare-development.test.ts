/** What `edge-presigner dev` and `edge-presigner/testing` make of a configuration. */
import { describe, expect, it } from "vitest";
import { prepareDevelopment } from "../../../cli/dev/prepare.ts";
import { compileConfig } from "../../../src/config/compile.ts";
import { auth0, defineConfig, r2 } from "../../../src/define.ts";

const CONFIG = defineConfig({
  origins: ["https://app.acme.dev"],
  issuers: [auth0({ domain: "acme.eu.auth0.com", audience: "uploads" })],
  stores: { media: r2({ account: "0123456789abcdef0123456789abcdef", bucket: "media" }) },
  policies: {
    photo: { store: "media", key: "photos/{user}/{id}", types: ["image/png"], maxBytes: "5 MB" },
  },
});

describe("an audit in development", () => {
  it("is not sent to the server of the deployment, which is said", () => {
    const audit = { url: "https://audit.acme.dev/", source: "https://uploads.acme.dev" };
    const { development, notes } = prepareDevelopment({ ...CONFIG, audit });
    expect(development.definition.audit).toEqual({ source: audit.source });
    expect(notes).toEqual([expect.stringContaining("--var AUDIT_URL:")]);
  });

  it("is sent to the server that AUDIT_URL names, with a secret and the same source", () => {
    const audit = { url: "https://audit.acme.dev/", source: "https://uploads.acme.dev" };
    const { development } = prepareDevelopment({ ...CONFIG, audit });
    const { definition, secrets, storeSecrets } = development;
    const AUDIT_URL = "http://localhost:3000/";
    const config = compileConfig(definition, { ...secrets, ...storeSecrets, AUDIT_URL });
    expect(config.audit).toMatchObject({ kind: "url", url: AUDIT_URL, source: audit.source });
  });

  it("goes to the queue, which Wrangler simulates", () => {
    const audit = { queue: "AUDIT" };
    const { development, notes } = prepareDevelopment({ ...CONFIG, audit });
    expect(development.definition.audit).toEqual(audit);
    expect(notes).toEqual([]);
  });
});
