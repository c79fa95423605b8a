/** What the store has against what was granted: pure, so that every difference can be tested. */
import type { UploadClaims } from "../grant/upload-claims.ts";
import { decodeMetadata } from "../grant/metadata.ts";
import type { Outcome } from "../ledger/record.ts";
import type { Checksum } from "../store/checksum.ts";
import type { Provider } from "../store/provider.ts";
import type { Found } from "../store/object.ts";

/** Completed with what was seen, or rejected with every difference. */
export function verify(
  claims: UploadClaims,
  found: Found,
  provider: Provider,
): Outcome & { readonly status: "completed" | "rejected" } {
  const shown = shownChecksum(claims.checksum, found);
  const reasons = [
    ...sizeFaults(claims, found.size),
    ...(found.contentType === claims.type
      ? []
      : [`contentType: the store has ${found.contentType}, ${claims.type} was granted`]),
    ...(shown === undefined || shown === claims.checksum?.value
      ? []
      : ["checksum: the store has another one than was granted"]),
  ];
  if (reasons.length > 0) return { status: "rejected", reasons };
  const { checksum } = claims;
  // Of the parts' digests the store checked each part; their sum is vouched for where it is shown.
  const isOfParts = claims.uploadId !== undefined && checksum?.algorithm === "sha256";
  const trust = checksum && provider.checksums[checksum.algorithm];
  const isChecked = shown !== undefined || (trust === "enforced" && !isOfParts);
  return {
    status: "completed",
    verified: {
      size: found.size,
      contentType: found.contentType,
      etag: found.etag,
      ...(isChecked && checksum && { checksum }),
      metadata: Object.fromEntries(
        Object.entries(found.metadata).map(([name, value]) => [name, decodeMetadata(value)]),
      ),
    },
  };
}

function sizeFaults(
  { size, minBytes = 0, maxBytes }: UploadClaims,
  actual: number,
): readonly string[] {
  if (size !== undefined) {
    return actual === size ? [] : [`size: the store has ${actual} bytes, ${size} were granted`];
  }
  if (actual >= minBytes && actual <= (maxBytes ?? 0)) return [];
  return [`size: the store has ${actual} bytes, ${minBytes} to ${maxBytes ?? 0} were granted`];
}

/** The object's own checksum in the granted algorithm, where the store shows one. */
function shownChecksum(granted: Checksum | undefined, found: Found): string | undefined {
  if (!granted) return undefined;
  if (granted.algorithm !== "md5") return found.checksums[granted.algorithm];
  if (!found.isEtagMd5) return undefined;
  const bytes = found.etag.match(/../g)?.map((hex) => Number.parseInt(hex, 16)) ?? [];
  return btoa(String.fromCharCode(...bytes));
}
