import { auth0, aws, ceph, defineConfig, minio, r2 } from "../../../../src/define.ts";

const actions = ["read", "write"] as const;
const sync = <Store extends string>(store: Store, roleArn?: string) => ({
  store,
  key: "sync/{user}/",
  credentials: { actions: [...actions], ...(roleArn !== undefined && { roleArn }) },
});

/** Credentials for one prefix on each store that has them, one beside tickets. */
export default defineConfig({
  origins: ["https://app.acme.dev"],
  issuers: [auth0({ domain: "acme.eu.auth0.com", audience: "https://uploads.acme.dev" })],
  stores: {
    media: aws({ region: "eu-central-1", bucket: "acme-media" }),
    cluster: ceph({ endpoint: "https://ceph.acme.dev", bucket: "acme", region: "default" }),
    files: minio({ endpoint: "https://minio.acme.dev", bucket: "acme", region: "us-east-1" }),
    edge: r2({ account: "0123456789abcdef0123456789abcdef", bucket: "acme" }),
  },
  policies: {
    avatar: {
      store: "media",
      key: "users/{user}/avatar/{id}.{ext}",
      types: ["image/jpeg"],
      maxBytes: "5 MB",
    },
    sync: sync("media", "arn:aws:iam::123456789012:role/uploads/edge-presigner-scoped"),
    reports: {
      store: "media",
      key: "reports/{user}/",
      credentials: {
        actions: ["read"],
        roleArn: "arn:aws:iam::123456789012:role/edge-presigner-reports",
      },
    },
    "sync-cluster": sync("cluster", "arn:aws:iam:::role/edge-presigner-scoped"),
    "sync-files": sync("files"),
    "sync-edge": sync("edge"),
  },
});
