/** A project as a user writes it: configuration, entry and Wrangler's configuration. */

export const CONFIG = `import { auth0, aws, defineConfig, r2 } from "edge-presigner";

export default defineConfig({
  origins: ["https://app.acme.dev"],
  issuers: [auth0({ domain: "acme.eu.auth0.com", audience: "uploads" })],
  stores: {
    media: r2({ account: "0123456789abcdef0123456789abcdef", bucket: "acme-media" }),
    archive: aws({ region: "eu-central-1", bucket: "acme.archive" }),
  },
  webhook: { url: "https://api.acme.dev/uploads" },
  defaultPolicy: "avatar",
  policies: {
    avatar: {
      store: "media",
      key: "users/{user}/{id}.{ext}",
      types: ["image/png"],
      maxBytes: "5 MB",
      quota: {},
    },
    backup: {
      store: "archive",
      key: "backup/{claim.org}/{user}/{id}",
      types: ["application/octet-stream"],
      maxBytes: "1 GB",
      checksum: ["sha256"],
      storageClass: "GLACIER_IR",
    },
  },
});
`;
export const ENTRY = `import { createPresigner } from "edge-presigner/worker";
import config from "../presigner.config.ts";

const presigner = createPresigner(config);
export default { fetch: presigner.fetch };
export class Ledger extends presigner.Ledger {}
`;
const WRANGLER = `name = "acme-uploads"
main = "src/index.ts"
compatibility_date = "2026-11-01"

[secrets]
required = ["MEDIA_ACCESS_KEY_ID", "MEDIA_SECRET_ACCESS_KEY"]

[[durable_objects.bindings]]
name = "LEDGER"
class_name = "Ledger"

[[migrations]]
tag = "v1"
new_sqlite_classes = ["Ledger"]
`;

/** The files of the project. */
export const ACME: Readonly<Record<string, string>> = {
  "presigner.config.ts": CONFIG,
  "src/index.ts": ENTRY,
  "wrangler.toml": WRANGLER,
};
