/** A bucket's CORS rule, and how each tool wants it written. */
import { checksumHeadersOf, signedHeadersOf } from "./signed-headers.ts";
import type { Use } from "./bucket-use.ts";

/** The name of the rules that are ours: others are never touched. */
export const RULE_ID = "edge-presigner";

/** What pages may do with the bucket. */
export interface CorsRule {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  /** Lower-case names that a page may send. */
  readonly headers: readonly string[];
  /** What a page may read of an answer. */
  readonly exposed: readonly string[];
  readonly maxAgeSeconds: number;
}

/** A browser keeps the answer to a preflight for this long; Chrome for two hours at the most. */
const MAX_AGE_SECONDS = 3600;

/** `undefined` where no page calls: apps that are no browser need no rule. */
export async function corsRuleOf(use: Use): Promise<CorsRule | undefined> {
  if (use.origins.length === 0) return undefined;
  const isRead = use.policies.some(({ download }) => download);
  return {
    origins: use.origins,
    methods: isRead ? ["PUT", "GET", "HEAD"] : ["PUT"],
    headers: await signedHeadersOf(use),
    exposed: ["ETag", ...checksumHeadersOf(use)],
    maxAgeSeconds: MAX_AGE_SECONDS,
  };
}

/** AWS: CORSRule of PutBucketCors. */
export interface S3CorsRule {
  readonly ID: string;
  readonly AllowedOrigins: readonly string[];
  readonly AllowedMethods: readonly string[];
  readonly AllowedHeaders: readonly string[];
  readonly ExposeHeaders: readonly string[];
  readonly MaxAgeSeconds: number;
}

export function toS3({ origins, methods, headers, exposed, maxAgeSeconds }: CorsRule): S3CorsRule {
  return {
    ID: RULE_ID,
    AllowedOrigins: origins,
    AllowedMethods: methods,
    AllowedHeaders: headers,
    ExposeHeaders: exposed,
    MaxAgeSeconds: maxAgeSeconds,
  };
}

/** The file of `wrangler r2 bucket cors set` (Cloudflare: Put Bucket CORS Policy). */
export function toWrangler({
  origins,
  methods,
  headers,
  exposed,
  maxAgeSeconds,
}: CorsRule): object {
  return {
    rules: [
      {
        id: RULE_ID,
        allowed: { origins, methods, headers },
        exposeHeaders: exposed,
        maxAgeSeconds,
      },
    ],
  };
}

/** The file of `gcloud storage buckets update --cors-file`: one list for both directions. */
export function toGcloud({ origins, methods, headers, exposed, maxAgeSeconds }: CorsRule): object {
  return [
    { origin: origins, method: methods, responseHeader: [...headers, ...exposed], maxAgeSeconds },
  ];
}
