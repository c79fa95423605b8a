/** Writes the same rules in the format of each tool, with the commands that apply them. */
import type { Store } from "../../src/store/store.ts";
import type { ProviderName } from "../../src/store/providers.ts";
import { endpointOf } from "./endpoint.ts";
import { toGcloud, toS3, toWrangler, type CorsRule } from "./cors.ts";
import { jurisdictionOf, toGcloudLifecycle, toWranglerLines, type SetupRule } from "./lifecycle.ts";

export const FORMATS = ["aws-cli", "aws-console", "wrangler", "gcloud"] as const;
export type Format = (typeof FORMATS)[number];

/** Something to paste: a file with the commands that use it, or a document for a console. */
export interface Paste {
  readonly format: Format;
  readonly title: string;
  readonly file?: { readonly name: string; readonly content: unknown };
  readonly commands: readonly string[];
}

/** Returns the tools that can set up a provider's bucket, its own tool first. */
export function formatsOf(name: ProviderName): readonly Format[] {
  if (name === "r2") return ["wrangler", "aws-console", "aws-cli"];
  if (name === "gcs") return ["gcloud"];
  return ["aws-cli", "aws-console", "wrangler"];
}

/** Returns the options with which the AWS CLI finds the store. */
export function awsFlags(store: Store): string {
  const endpoint = store.providerName === "aws" ? [] : [`--endpoint-url ${endpointOf(store)}`];
  return [...endpoint, `--region ${store.region}`].join(" ");
}

/** Returns the CORS rule for each tool. */
export function corsPastes(store: Store, rule: CorsRule): Readonly<Record<Format, Paste>> {
  const { bucket } = store;
  return {
    "aws-cli": {
      format: "aws-cli",
      title: "AWS CLI: replaces all rules of the bucket (--apply keeps other rules)",
      file: { name: "cors.json", content: { CORSRules: [toS3(rule)] } },
      commands: [
        `aws s3api put-bucket-cors --bucket ${bucket} ${awsFlags(store)} --cors-configuration file://cors.json`,
      ],
    },
    "aws-console": {
      format: "aws-console",
      title: "Console: paste it in AWS at Permissions, CORS, or in R2 at Settings, CORS policy",
      file: { name: "", content: [toS3(rule)] },
      commands: [],
    },
    wrangler: {
      format: "wrangler",
      title:
        store.providerName === "r2"
          ? "Wrangler: replaces all rules of the bucket"
          : "Wrangler: only for an R2 bucket with the same policies",
      file: { name: "cors-r2.json", content: toWrangler(rule) },
      commands: [
        [
          `npx wrangler r2 bucket cors set ${bucket} --file cors-r2.json`,
          ...jurisdictionOf(store),
        ].join(" "),
      ],
    },
    gcloud: {
      format: "gcloud",
      title: "gcloud: replaces all rules of the bucket",
      file: { name: "cors-gcs.json", content: toGcloud(rule) },
      commands: [`gcloud storage buckets update gs://${bucket} --cors-file=cors-gcs.json`],
    },
  };
}

/** Returns the lifecycle rules for each tool, or `undefined` for a tool that cannot set them. */
export function lifecyclePastes(
  store: Store,
  rules: readonly SetupRule[],
): Readonly<Record<Format, Paste | undefined>> {
  const { bucket } = store;
  return {
    "aws-cli": {
      format: "aws-cli",
      title: "AWS CLI: replaces all rules of the bucket (--apply keeps other rules)",
      file: { name: "lifecycle.json", content: { Rules: rules } },
      commands: [
        `aws s3api put-bucket-lifecycle-configuration --bucket ${bucket} ${awsFlags(store)} --lifecycle-configuration file://lifecycle.json`,
      ],
    },
    "aws-console": undefined,
    wrangler: {
      format: "wrangler",
      title:
        store.providerName === "r2"
          ? "Wrangler: adds to the rules of the bucket"
          : "Wrangler: only for an R2 bucket with the same policies",
      commands: toWranglerLines(store, rules),
    },
    gcloud: {
      format: "gcloud",
      title: "gcloud: replaces all rules of the bucket",
      file: { name: "lifecycle-gcs.json", content: toGcloudLifecycle(rules) },
      commands: [
        `gcloud storage buckets update gs://${bucket} --lifecycle-file=lifecycle-gcs.json`,
      ],
    },
  };
}
