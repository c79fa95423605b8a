/** Reads and replaces the rules of a bucket through the S3 API. */
import {
  DeleteBucketCorsCommand,
  DeleteBucketLifecycleCommand,
  GetBucketCorsCommand,
  GetBucketLifecycleConfigurationCommand,
  PutBucketCorsCommand,
  PutBucketLifecycleConfigurationCommand,
  S3ServiceException,
  type CORSRule,
  type LifecycleRule,
  type S3Client,
} from "@aws-sdk/client-s3";
import { byId, describeCors, describeLifecycle, type RuleFields } from "./compare-rules.ts";

/** The current rules of one kind, and how to describe and replace them. */
export interface Rules<T> {
  readonly present: readonly T[];
  readonly describe: (rules: readonly T[]) => ReadonlyMap<string, RuleFields>;
  readonly write: (rules: readonly T[]) => Promise<unknown>;
}

const TIMEOUT_MS = 15_000;

const limited = () => ({ abortSignal: AbortSignal.timeout(TIMEOUT_MS) });

/** Returns the CORS rules. Throws the errors of the SDK. */
export async function readCors(client: S3Client, Bucket: string): Promise<Rules<CORSRule>> {
  const answer = await orNone(async () =>
    client.send(new GetBucketCorsCommand({ Bucket }), limited()),
  );
  return {
    present: answer?.CORSRules ?? [],
    describe: (rules) => byId(rules, describeCors),
    write: async (rules) => {
      if (rules.length === 0)
        return client.send(new DeleteBucketCorsCommand({ Bucket }), limited());
      const CORSConfiguration = { CORSRules: [...rules] };
      return client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration }), limited());
    },
  };
}

/** Returns the lifecycle rules. Throws the errors of the SDK. */
export async function readLifecycle(
  client: S3Client,
  Bucket: string,
): Promise<Rules<LifecycleRule>> {
  const answer = await orNone(async () =>
    client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }), limited()),
  );
  // A setting of AWS beside the rules, which would be lost.
  const { TransitionDefaultMinimumObjectSize } = answer ?? {};
  return {
    present: answer?.Rules ?? [],
    describe: (rules) => byId(rules, describeLifecycle),
    write: async (rules) => {
      if (rules.length === 0)
        return client.send(new DeleteBucketLifecycleCommand({ Bucket }), limited());
      const LifecycleConfiguration = { Rules: [...rules] };
      return client.send(
        new PutBucketLifecycleConfigurationCommand({
          Bucket,
          LifecycleConfiguration,
          ...(TransitionDefaultMinimumObjectSize && { TransitionDefaultMinimumObjectSize }),
        }),
        limited(),
      );
    },
  };
}

/** Returns `undefined` for a bucket without rules. It answers 404, as a missing bucket does. */
async function orNone<T>(send: () => Promise<T>): Promise<T | undefined> {
  try {
    return await send();
  } catch (error) {
    const isMissing = error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404;
    if (isMissing && error.name !== "NoSuchBucket") return undefined;
    throw error;
  }
}
