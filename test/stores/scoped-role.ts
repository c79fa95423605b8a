/** Prints the documents of the role that `setup` plans for the Ceph of the tests: `trust` or `permissions`. */
import { planScoped } from "../../cli/setup/scoped.ts";
import development from "../../dev/presigner.config.ts";
import { DEVELOPMENT_SECRETS } from "../../dev/secrets.ts";
import { compileConfig } from "../../src/config/compile.ts";
import { ceph } from "../../src/define.ts";

const { S3_BUCKET: bucket = "", S3_ENDPOINT: endpoint = "" } = process.env;
const role = { actions: ["read", "write"], roleArn: "arn:aws:iam:::role/planned" } as const;
const config = compileConfig(
  {
    ...development,
    stores: { ...development.stores, media: ceph({ endpoint, bucket, region: "default" }) },
    policies: {
      ...development.policies,
      sync: { store: "media", key: "sync/{user}/", credentials: role },
    },
  },
  {
    ...DEVELOPMENT_SECRETS,
    MEDIA_ACCESS_KEY_ID: "a".repeat(20),
    MEDIA_SECRET_ACCESS_KEY: "0123456789".repeat(4),
    MEDIA_SCOPED_ACCESS_KEY_ID: "b".repeat(20),
    MEDIA_SCOPED_SECRET_ACCESS_KEY: "9876543210".repeat(4),
  },
);
const policies = [...config.credentialPolicies.values()];
const [first] = policies;
const plan = first && planScoped(first.store, policies);
const document = plan?.roles[0]?.[process.argv[2] === "trust" ? "trust" : "permissions"];
if (!document) throw new Error("setup plans no role");
process.stdout.write(JSON.stringify(document));
