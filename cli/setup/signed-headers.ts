/** Which headers a browser sends with the tickets of a bucket: asked of the functions that sign them. */
import type { Policy } from "../../src/config/config.ts";
import type { Store } from "../../src/store/store.ts";
import { objectHeaders } from "../../src/grant/headers.ts";
import { CHECKSUMS, type ChecksumAlgorithm } from "../../src/store/checksum.ts";
import { partHeaders } from "../../src/operation/ticket.ts";
import { storesIn, type Use } from "./bucket-use.ts";

/** With lower-case names, each once: those of every ticket that the policies could give. */
export async function signedHeadersOf({ store, policies }: Use): Promise<readonly string[]> {
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

/** Response headers with a checksum that the store shows, of the algorithms that a client may use. */
export function checksumHeadersOf({ policies }: Use): readonly string[] {
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

/** A part needs its own checksum where that of the upload is composed of the parts' digests. */
function headersOfParts(policy: Policy, { provider }: Store): readonly string[] {
  if (policy.multipartFrom === undefined) return [];
  const isComposite = (algorithm: ChecksumAlgorithm) =>
    provider.multipartChecksums[algorithm] === "composite";
  return Object.keys(partHeaders([...policy.checksums].some(isComposite) ? "" : undefined));
}
