/** Explains why a store did not change a bucket, and what to do. */
import { S3ServiceException } from "@aws-sdk/client-s3";
import type { Store } from "../../src/store/store.ts";
import type { Advice } from "./advice.ts";
import { UnreadableRules } from "./rule-xml.ts";

export type Kind = "cors" | "lifecycle";

const ACTIONS = {
  cors: "s3:GetBucketCORS and s3:PutBucketCORS",
  lifecycle: "s3:GetLifecycleConfiguration and s3:PutLifecycleConfiguration",
} as const;

/** AWS: "List of error codes". R2 answers 401 Unauthorized. */
const WRONG_KEY = new Set(["InvalidAccessKeyId", "SignatureDoesNotMatch", "Unauthorized"]);

/** Returns one line without a stack and without credentials. */
export function explainRefusal(
  error: unknown,
  kind: Kind,
  {
    store,
    advice,
    found,
  }: { readonly store: Store; readonly advice: Advice; readonly found: string },
): string {
  if (error instanceof UnreadableRules) return error.message;
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  const code = codeOf(error);
  if (code === "NoSuchBucket")
    return `The bucket "${store.bucket}" does not exist: create it first.`;
  if (status === undefined) {
    return `${store.provider.title} did not answer (${code}): check the endpoint in the configuration and the network.`;
  }
  const answer = `${store.provider.title} answered ${status} ${code}`;
  if (WRONG_KEY.has(code))
    return `${answer}: the key in ${found} belongs to another store or is mistyped.`;
  if (status === 401 || status === 403) {
    const needs =
      store.providerName === "r2"
        ? 'a token "Admin Read & Write"'
        : `the permissions ${ACTIONS[kind]}`;
    return `${answer}: the key in ${found} needs ${needs}. Or run the commands that setup prints.`;
  }
  if (status === 405 || status === 501 || code === "MalformedXML") {
    const known = kind === "cors" ? advice.cors : advice.lifecycle;
    return `${answer}: it does not support these rules in the S3 API. ${known ?? "Look for the setting in its console."}`;
  }
  return `${answer}. This step changed nothing.`;
}

/** Returns the error code of the store or of the failed connection. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "Error";
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  return /^\w{1,64}$/.test(code) ? code : "Error";
}
