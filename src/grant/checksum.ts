/** Checks the checksum of an intent against the policy and the store. */
import type { Policy } from "../config/config.ts";
import { invalidRequest } from "../problem.ts";
import { CHECKSUMS, isDigest, type Checksum } from "../store/checksum.ts";
import type { Store } from "../store/store.ts";
import type { Parts } from "./parts.ts";

interface Multipart {
  readonly parts: Parts;
  readonly store: Store;
}

/** Throws `invalid-request` for a missing, malformed or unsupported checksum. */
export function checkChecksum(
  policy: Policy,
  checksum: Checksum | undefined,
  multipart: Multipart | undefined,
): void {
  if (!checksum && policy.checksum === "optional") return;
  const allowed = [...policy.checksums].filter(
    (algorithm) => !multipart || multipart.store.provider.multipartChecksums[algorithm],
  );
  if (!checksum) {
    throw invalidRequest({
      pointer: "/checksum",
      detail: `is required: the policy requires one of ${allowed.join(", ")}`,
    });
  }
  const { algorithm, value } = checksum;
  if (!allowed.includes(algorithm)) {
    const what =
      allowed.length === 0
        ? "is not possible for multipart uploads on this store"
        : `must be one of ${allowed.join(", ")}`;
    throw invalidRequest({ pointer: "/checksum/algorithm", detail: what });
  }
  const { bytes } = CHECKSUMS[algorithm];
  if (multipart && needsPartChecksums(multipart.store, checksum)) {
    const suffix = `-${multipart.parts.partCount}`;
    if (value.endsWith(suffix) && isDigest({ algorithm, value: value.slice(0, -suffix.length) }))
      return;
    const detail = `must be the checksum of the parts' digests, ${bytes} bytes in base64 with padding, followed by "${suffix}"`;
    throw invalidRequest({ pointer: "/checksum/value", detail });
  }
  if (isDigest(checksum)) return;
  throw invalidRequest({
    pointer: "/checksum/value",
    detail: `must be ${bytes} bytes in base64 with padding`,
  });
}

/** Returns whether each part needs its own checksum: the whole one is computed from the parts' digests. */
export function needsPartChecksums({ provider }: Store, checksum: Checksum | undefined): boolean {
  return checksum !== undefined && provider.multipartChecksums[checksum.algorithm] === "composite";
}
