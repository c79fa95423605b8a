/** Whether the checksum of an intent is one that the policy wants and the store can use. */
import type { Policy, Store } from "../config/config.ts";
import { invalidRequest } from "../problem.ts";
import { CHECKSUMS, isDigest, type Checksum } from "../store/checksum.ts";
import type { Parts } from "./parts.ts";

interface Multipart {
  readonly parts: Parts;
  readonly store: Store;
}

/** Throws `invalid-request`. */
export function checkChecksum(
  policy: Policy,
  checksum: Checksum | undefined,
  multipart: Multipart | undefined,
): void {
  const allowed = [...policy.checksums].filter(
    (algorithm) => !multipart || multipart.store.provider.multipartChecksums[algorithm],
  );
  if (!checksum) {
    if (!policy.isChecksumRequired) return;
    throw invalidRequest({
      pointer: "/checksum",
      detail: `is required: the policy wants one of ${allowed.join(", ")}`,
    });
  }
  const { algorithm, value } = checksum;
  if (!allowed.includes(algorithm)) {
    const what =
      allowed.length === 0
        ? "is not possible for an upload in parts on this store"
        : `must be one of ${allowed.join(", ")}`;
    throw invalidRequest({ pointer: "/checksum/algorithm", detail: what });
  }
  const { bytes } = CHECKSUMS[algorithm];
  if (multipart && needsPartChecksums(multipart.store, checksum)) {
    const suffix = `-${multipart.parts.partCount}`;
    if (value.endsWith(suffix) && isDigest({ algorithm, value: value.slice(0, -suffix.length) }))
      return;
    const detail = `must be ${bytes} bytes in base64 with padding, of the parts' digests, and "${suffix}"`;
    throw invalidRequest({ pointer: "/checksum/value", detail });
  }
  if (isDigest(checksum)) return;
  throw invalidRequest({
    pointer: "/checksum/value",
    detail: `must be ${bytes} bytes in base64 with padding`,
  });
}

/** A checksum of the parts' digests needs each part's own. */
export function needsPartChecksums({ provider }: Store, checksum: Checksum | undefined): boolean {
  return checksum !== undefined && provider.multipartChecksums[checksum.algorithm] === "composite";
}
