/** What `edge-presigner dev` and `edge-presigner/testing` make of a configuration. */
import { describe, expect, it } from "vitest";
import { prepareDevelopment } from "../../../cli/dev/prepare.ts";
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
    const audit = { url: "https://audit.acme.dev/" };
    const { development, notes } = prepareDevelopment({ ...CONFIG, audit });
    expect(development.definition.audit).toBeUndefined();
    expect(notes).toEqual([expect.stringContaining("--var AUDIT_URL:")]);
  });

  it("has a secret, for a server that AUDIT_URL names", () => {
    const { development } = prepareDevelopment(CONFIG);
    expect(development.secrets["AUDIT_SECRET"]).toMatch(/^whsec_/);
  });

  it("goes to the queue, which Wrangler simulates", () => {
    const audit = { queue: "AUDIT" };
    const { development, notes } = prepareDevelopment({ ...CONFIG, audit });
    expect(development.definition.audit).toEqual(audit);
    expect(notes).toEqual([]);
  });
});
