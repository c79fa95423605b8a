/** The signed headers of an object: of a single PUT, or of CreateMultipartUpload. */
import type { Policy } from "../config/config.ts";
import { invalidRequest } from "../problem.ts";
import { CHECKSUMS, type Checksum } from "../store/checksum.ts";
import type { Store } from "../store/store.ts";
import type { Intent } from "./intent.ts";
import { METADATA_PREFIX, encodeMetadata, metadataError } from "./metadata.ts";

type Headers = Readonly<Record<string, string>>;

interface ObjectRequest {
  readonly policy: Policy;
  readonly store: Store;
  readonly intent: Intent;
  readonly isMultipart: boolean;
}

/** Returns the headers, with lower-case names. Throws `invalid-request` for metadata that cannot be sent. */
export function objectHeaders({ policy, store, intent, isMultipart }: ObjectRequest): Headers {
  return {
    "content-type": intent.contentType,
    ...(isMultipart
      ? multipartChecksumHeaders(store, intent.checksum)
      : {
          ...noOverwriteHeader(policy, store, intent),
          ...checksumHeaders(store, intent.checksum),
        }),
    ...metadataHeaders(policy, store, intent.metadata),
    ...policy.fixedHeaders,
  };
}

/** The header that refuses to overwrite an object, unless the policy allows to overwrite or to leave it out. */
function noOverwriteHeader(policy: Policy, { provider }: Store, intent: Intent): Headers {
  const isLoosened = policy.overwrite || (intent.isContentTypeOnly && policy.allowContentTypeOnly);
  return isLoosened || !provider.noOverwrite
    ? {}
    : { [provider.noOverwrite.header]: provider.noOverwrite.value };
}

function checksumHeaders({ provider }: Store, checksum: Checksum | undefined): Headers {
  if (!checksum) return {};
  const { header, sdkName } = CHECKSUMS[checksum.algorithm];
  return {
    [header]: checksum.value,
    ...(sdkName &&
      provider.needsSdkChecksumAlgorithm && { "x-amz-sdk-checksum-algorithm": sdkName }),
  };
}

function metadataHeaders(
  policy: Policy,
  { provider }: Store,
  metadata: Intent["metadata"],
): Headers {
  const headers: Record<string, string> = {};
  let bytes = 0;
  for (const [name, value] of Object.entries(metadata ?? {})) {
    const pointer = `/metadata/${name}`;
    if (!policy.metadata.includes(name)) {
      const allowed = policy.metadata.join(", ") || "none";
      throw invalidRequest({ pointer, detail: `is not allowed: the policy allows ${allowed}` });
    }
    const error = metadataError(value);
    if (error) throw invalidRequest({ pointer, detail: error });
    const encoded = encodeMetadata(value);
    headers[METADATA_PREFIX + name] = encoded;
    bytes += name.length + encoded.length;
  }
  if (bytes > provider.maxMetadataBytes) {
    const detail = `must be at most ${provider.maxMetadataBytes} bytes of names and encoded values: it has ${bytes}`;
    throw invalidRequest({ pointer: "/metadata", detail });
  }
  return headers;
}

/** The checksum type of a multipart upload (AWS: CreateMultipartUpload). */
function multipartChecksumHeaders({ provider }: Store, checksum: Checksum | undefined): Headers {
  const { sdkName } = checksum ? CHECKSUMS[checksum.algorithm] : {};
  const kind = checksum && provider.multipartChecksums[checksum.algorithm];
  if (!sdkName || !kind) return {};
  return {
    "x-amz-checksum-algorithm": sdkName,
    "x-amz-checksum-type": kind === "composite" ? "COMPOSITE" : "FULL_OBJECT",
  };
}
