/** Builds the CORS rule of a bucket, in the format of each tool. */
import { checksumHeadersOf, signedHeadersOf } from "./signed-headers.ts";
import type { BucketUse } from "./bucket-use.ts";

/** The ID of the rules of setup, unless `--rule-id` names another. Other rules are never changed. */
export const RULE_ID = "edge-presigner";

/** What pages can do with the bucket. */
export interface CorsRule {
  readonly id: string;
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  /** The headers that a page can send, in lower case. */
  readonly headers: readonly string[];
  /** The response headers that a page can read. */
  readonly exposed: readonly string[];
  readonly maxAgeSeconds: number;
}

/** How long a browser caches a preflight. Chrome caches it for at most two hours. */
const MAX_AGE_SECONDS = 3600;

/** Returns the rule, or `undefined` without origins: apps outside of browsers need none. */
export async function corsRuleOf(use: BucketUse, ruleId = RULE_ID): Promise<CorsRule | undefined> {
  if (use.origins.length === 0) return undefined;
  const isRead = use.policies.some(({ download }) => download);
  const hasForms = use.policies.some(({ postForm }) => postForm);
  return {
    id: ruleId,
    origins: use.origins,
    methods: ["PUT", ...(hasForms ? ["POST"] : []), ...(isRead ? ["GET", "HEAD"] : [])],
    headers: await signedHeadersOf(use),
    exposed: ["ETag", ...checksumHeadersOf(use)],
    maxAgeSeconds: MAX_AGE_SECONDS,
  };
}

/** A CORSRule of PutBucketCors (AWS). */
export interface S3CorsRule {
  readonly ID: string;
  readonly AllowedOrigins: readonly string[];
  readonly AllowedMethods: readonly string[];
  readonly AllowedHeaders: readonly string[];
  readonly ExposeHeaders: readonly string[];
  readonly MaxAgeSeconds: number;
}

/** Returns the rule in the format of the S3 API. */
export function toS3({
  id,
  origins,
  methods,
  headers,
  exposed,
  maxAgeSeconds,
}: CorsRule): S3CorsRule {
  return {
    ID: id,
    AllowedOrigins: origins,
    AllowedMethods: methods,
    AllowedHeaders: headers,
    ExposeHeaders: exposed,
    MaxAgeSeconds: maxAgeSeconds,
  };
}

/** Returns the file for `wrangler r2 bucket cors set` (Cloudflare: Put Bucket CORS Policy). */
export function toWrangler({
  id,
  origins,
  methods,
  headers,
  exposed,
  maxAgeSeconds,
}: CorsRule): object {
  return {
    rules: [
      {
        id,
        allowed: { origins, methods, headers },
        exposeHeaders: exposed,
        maxAgeSeconds,
      },
    ],
  };
}

/** Returns the file for `gcloud storage buckets update --cors-file`: it has one list for request and response headers. */
export function toGcloud({ origins, methods, headers, exposed, maxAgeSeconds }: CorsRule): object {
  return [
    { origin: origins, method: methods, responseHeader: [...headers, ...exposed], maxAgeSeconds },
  ];
}
