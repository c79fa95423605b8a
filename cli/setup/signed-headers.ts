/** Which headers a browser sends with the tickets of a bucket: asked of the functions that sign them. */
import type { Policy, Store } from "../../src/config/config.ts";
import { headersOf } from "../../src/grant/headers.ts";
import { CHECKSUMS, type ChecksumAlgorithm } from "../../src/store/checksum.ts";
import { signPart } from "../../src/operation/ticket.ts";
import { createSigner } from "../../src/store/sigv4.ts";
import { storesIn, type Use } from "./use.ts";

/** With lower-case names, each once: those of every ticket that the policies could give. */
export async function signedHeadersOf({ store, policies }: Use): Promise<readonly string[]> {
  const names = await Promise.all(
    policies.flatMap((policy) =>
      storesIn(store, policy).map(async (same) => [
        ...putHeaders(policy, same),
        ...(await partHeaders(policy, same)),
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
  const metadata = Object.fromEntries([...policy.metadata].map((name) => [name, "x"]));
  const checksums = [undefined, ...policy.checksums];
  return checksums.flatMap((algorithm) => {
    const checksum = algorithm && { algorithm, value: "" };
    const intent = { contentType: "", metadata, checksum };
    return Object.keys(headersOf({ policy, store, intent, isInParts: false }));
  });
}

/** A part has its own digest where the whole has one of digests, and no other header. */
async function partHeaders(policy: Policy, store: Store): Promise<readonly string[]> {
  if (policy.multipartFromBytes === undefined) return [];
  const isComposite = (algorithm: ChecksumAlgorithm) =>
    store.provider.multipartChecksums[algorithm] === "composite";
  const { headers } = await signPart(
    {
      location: { store, encodedKey: "", origin: store.origin ?? "http://localhost" },
      uploadId: "",
      partNumber: 1,
      bytes: 0,
      sha256: [...policy.checksums].some(isComposite) ? "" : undefined,
    },
    {
      signer: createSigner(store.credentials, store),
      now: new Date(0),
      expiresInSeconds: policy.expiresInSeconds,
    },
  );
  return Object.keys(headers);
}
