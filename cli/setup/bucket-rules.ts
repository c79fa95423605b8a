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
import { captureXml, matchRules, replaceXml } from "./rule-xml.ts";

/** The current rules of one kind, and how to describe and replace them. */
export interface Rules<T> {
  readonly present: readonly T[];
  readonly describe: (rules: readonly T[]) => ReadonlyMap<string, RuleFields>;
  /** Writes rules. Those that are present are written as the store sent them, with fields that the SDK does not know. */
  readonly write: (rules: readonly T[]) => Promise<unknown>;
}

const TIMEOUT_MS = 15_000;

const limited = () => ({ abortSignal: AbortSignal.timeout(TIMEOUT_MS) });

interface Bucket {
  readonly name: string;
  /** The ID of the rules of setup. */
  readonly ruleId: string;
}

/** Returns the CORS rules. Throws the errors of the SDK. */
export async function readCors(
  client: S3Client,
  { name, ruleId }: Bucket,
): Promise<Rules<CORSRule>> {
  const get = new GetBucketCorsCommand({ Bucket: name });
  const { answer, xml } = await captureXml(client, async () =>
    orNone(async () => client.send(get, limited())),
  );
  const present = answer?.CORSRules ?? [];
  const names = { root: "CORSConfiguration", rule: "CORSRule" };
  const xmlOf = answer ? matchRules(present, xml, names) : () => undefined;
  return {
    present,
    describe: (rules) => byId(rules, (rule, index) => describeCors(rule, { index, ruleId })),
    write: async (rules) => {
      if (rules.length === 0)
        return client.send(new DeleteBucketCorsCommand({ Bucket: name }), limited());
      const CORSConfiguration = { CORSRules: [...rules] };
      const put = new PutBucketCorsCommand({ Bucket: name, CORSConfiguration });
      const kept = { name: "CORSRule", texts: rules.map(xmlOf) };
      return replaceXml(client, kept, async () => client.send(put, limited()));
    },
  };
}

/** Returns the lifecycle rules. Throws the errors of the SDK. */
export async function readLifecycle(
  client: S3Client,
  { name }: Bucket,
): Promise<Rules<LifecycleRule>> {
  const get = new GetBucketLifecycleConfigurationCommand({ Bucket: name });
  const { answer, xml } = await captureXml(client, async () =>
    orNone(async () => client.send(get, limited())),
  );
  // A setting of AWS beside the rules, which would be lost.
  const { TransitionDefaultMinimumObjectSize } = answer ?? {};
  const present = answer?.Rules ?? [];
  const names = { root: "LifecycleConfiguration", rule: "Rule" };
  const xmlOf = answer ? matchRules(present, xml, names) : () => undefined;
  return {
    present,
    describe: (rules) => byId(rules, describeLifecycle),
    write: async (rules) => {
      if (rules.length === 0)
        return client.send(new DeleteBucketLifecycleCommand({ Bucket: name }), limited());
      const put = new PutBucketLifecycleConfigurationCommand({
        Bucket: name,
        LifecycleConfiguration: { Rules: [...rules] },
        ...(TransitionDefaultMinimumObjectSize && { TransitionDefaultMinimumObjectSize }),
      });
      const kept = { name: "Rule", texts: rules.map(xmlOf) };
      return replaceXml(client, kept, async () => client.send(put, limited()));
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
