/** Chooses the policy of the test, and makes a small file that it allows. */
import { createHash } from "node:crypto";
import { sampleFile, sampleOf } from "../doctor/sample.ts";
import type { SmokePolicies, SmokePolicy } from "./answers.ts";
import { WorkerError } from "../open-uploader.ts";

const BYTES = 64;
/** A larger file is not sent for a test. */
const MAX_BYTES = 8 * 2 ** 20;

/** Returns the policy of that name. Throws `WorkerError` where the token cannot use it. */
export function findPolicy(
  { default: byDefault, policies }: SmokePolicies,
  name = byDefault,
): SmokePolicy {
  const policy = policies.find((one) => one.name === name);
  if (!policy)
    throw new WorkerError(
      name === undefined
        ? "Choose a policy with --policy: this token can use no default policy"
        : `This token cannot use the policy "${name}"`,
    );
  if ((policy.minBytes ?? 0) > MAX_BYTES)
    throw new WorkerError("The smallest file of this policy is too large for a test");
  return policy;
}

interface SmokeFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  readonly extension: string;
  readonly checksum: { readonly algorithm: string; readonly value: string } | undefined;
}

/** Returns a small file that the policy allows. */
export function fileFor({
  types = [],
  minBytes = 0,
  maxBytes = BYTES,
  checksum,
}: SmokePolicy): SmokeFile {
  const sample = sampleOf(types);
  const bytes = sampleFile(sample.contentType, Math.max(minBytes, Math.min(BYTES, maxBytes)));
  const algorithm = ["sha256", "md5"].find((one) => checksum?.algorithms.includes(one));
  return {
    ...sample,
    bytes,
    checksum:
      algorithm === undefined
        ? undefined
        : {
            algorithm,
            value: createHash(algorithm).update(bytes).digest("base64"),
          },
  };
}
