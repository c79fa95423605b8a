/** The rules of a bucket over the S3 API: read, and written as a whole. */
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
import { byId, sayCors, sayLifecycle, type Said } from "./compare-rules.ts";

/** One kind of rules, read and to be written. */
export interface Rules<T> {
  readonly present: readonly T[];
  readonly say: (rules: readonly T[]) => ReadonlyMap<string, Said>;
  readonly write: (rules: readonly T[]) => Promise<unknown>;
}

const TIMEOUT_MS = 15_000;

const limited = () => ({ abortSignal: AbortSignal.timeout(TIMEOUT_MS) });

/** Throws what the SDK throws. */
export async function readCors(client: S3Client, Bucket: string): Promise<Rules<CORSRule>> {
  const answer = await orNone(async () =>
    client.send(new GetBucketCorsCommand({ Bucket }), limited()),
  );
  return {
    present: answer?.CORSRules ?? [],
    say: (rules) => byId(rules, sayCors),
    write: async (rules) => {
      if (rules.length === 0)
        return client.send(new DeleteBucketCorsCommand({ Bucket }), limited());
      const CORSConfiguration = { CORSRules: [...rules] };
      return client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration }), limited());
    },
  };
}

/** Throws what the SDK throws. */
export async function readLifecycle(
  client: S3Client,
  Bucket: string,
): Promise<Rules<LifecycleRule>> {
  const answer = await orNone(async () =>
    client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }), limited()),
  );
  // A setting of AWS's that stands beside the rules, and would be lost.
  const { TransitionDefaultMinimumObjectSize } = answer ?? {};
  return {
    present: answer?.Rules ?? [],
    say: (rules) => byId(rules, sayLifecycle),
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

/** A bucket without rules answers 404, and so does a bucket that is not there. */
async function orNone<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    const isMissing = error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404;
    if (isMissing && error.name !== "NoSuchBucket") return undefined;
    throw error;
  }
}
