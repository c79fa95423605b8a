/** Lists the headers that browsers send with the tickets of a bucket, from the functions that sign them. */
import type { Policy } from "../../src/config/config.ts";
import type { Store } from "../../src/store/store.ts";
import { objectHeaders } from "../../src/grant/headers.ts";
import { CHECKSUMS, type ChecksumAlgorithm } from "../../src/store/checksum.ts";
import { partHeaders } from "../../src/operation/ticket.ts";
import { storesIn, type BucketUse } from "./bucket-use.ts";

/** Returns the lower-case names of the headers of all tickets that the policies can issue. */
export async function signedHeadersOf({ store, policies }: BucketUse): Promise<readonly string[]> {
  const names = await Promise.all(
    policies.flatMap((policy) =>
      storesIn(store, policy).map(async (same) => [
        ...putHeaders(policy, same),
        ...headersOfParts(policy, same),
      ]),
    ),
  );
  return [...new Set(names.flat())];
}

/** Returns the response headers with the checksums that clients can use. */
export function checksumHeadersOf({ policies }: BucketUse): readonly string[] {
  const algorithms = new Set(policies.flatMap(({ checksums }) => [...checksums]));
  return [...algorithms]
    .map((algorithm) => CHECKSUMS[algorithm].header)
    .filter((header) => header.startsWith("x-amz-"));
}

function putHeaders(policy: Policy, store: Store): readonly string[] {
  const metadata = Object.fromEntries(policy.metadata.map((name) => [name, "x"]));
  const checksums = [undefined, ...policy.checksums];
  return checksums.flatMap((algorithm) => {
    const checksum = algorithm && { algorithm, value: "" };
    const intent = { contentType: "", metadata, checksum };
    return Object.keys(objectHeaders({ policy, store, intent, isMultipart: false }));
  });
}

/** Returns the headers of parts. A part needs a checksum if that of the upload is composite. */
function headersOfParts(policy: Policy, { provider }: Store): readonly string[] {
  if (policy.multipartFrom === undefined) return [];
  const isComposite = (algorithm: ChecksumAlgorithm) =>
    provider.multipartChecksums[algorithm] === "composite";
  return Object.keys(partHeaders([...policy.checksums].some(isComposite) ? "" : undefined));
}
