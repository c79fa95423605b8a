/** What a store's refusal to change a bucket means, and what to do about it. */
import { S3ServiceException } from "@aws-sdk/client-s3";
import type { Store } from "../../src/store/store.ts";
import type { Advice } from "./advice.ts";

export type Kind = "cors" | "lifecycle";

const RIGHTS = {
  cors: "s3:GetBucketCORS and s3:PutBucketCORS",
  lifecycle: "s3:GetLifecycleConfiguration and s3:PutLifecycleConfiguration",
} as const;

/** AWS: "List of error codes". R2 answers 401 Unauthorized. */
const WRONG_KEY = new Set(["InvalidAccessKeyId", "SignatureDoesNotMatch", "Unauthorized"]);

/** One line for whoever set it up: no stack, and nothing of the credentials. */
export function explainRefusal(
  error: unknown,
  kind: Kind,
  {
    store,
    advice,
    found,
  }: { readonly store: Store; readonly advice: Advice; readonly found: string },
): string {
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  const code = codeOf(error);
  if (code === "NoSuchBucket") return `There is no bucket "${store.bucket}": make it first.`;
  if (status === undefined) {
    return `${store.provider.title} did not answer (${code}): is the address in the configuration right, and can it be reached from here?`;
  }
  const says = `${store.provider.title} answered ${status} ${code}`;
  if (WRONG_KEY.has(code))
    return `${says}: the key in ${found} is not one of this store, or mistyped.`;
  if (status === 401 || status === 403) {
    const needs =
      store.providerName === "r2" ? 'a token "Admin Read & Write"' : `the rights ${RIGHTS[kind]}`;
    return `${says}: the key in ${found} needs ${needs}. Or use the lines that setup prints.`;
  }
  if (status === 405 || status === 501 || code === "MalformedXML") {
    const known = kind === "cors" ? advice.cors : advice.lifecycle;
    return `${says}: it has no such rules over the S3 API. ${known ?? "Look for the setting in its own console."}`;
  }
  return `${says}. Nothing else was changed by this step.`;
}

/** The store's own code, or the one of the connection that failed. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "Error";
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  return /^\w{1,64}$/.test(code) ? code : "Error";
}
