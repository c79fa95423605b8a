/** The headers of a grant: what the client sends with its PUT, or the Worker when it begins an upload in parts. */
import type { Policy, Store } from "../config/config.ts";
import { invalidRequest } from "../problem.ts";
import { CHECKSUMS, type Checksum } from "../store/checksum.ts";
import type { Intent } from "./authorize.ts";
import { encodeMetadata, metadataFault } from "./metadata.ts";

type Headers = Readonly<Record<string, string>>;

interface Granting {
  readonly policy: Policy;
  readonly store: Store;
  readonly intent: Intent;
  readonly isInParts: boolean;
}

/** With lower-case names. Throws `invalid-request` for metadata that cannot be sent. */
export function headersOf({ policy, store, intent, isInParts }: Granting): Headers {
  return {
    "content-type": intent.contentType,
    ...(isInParts
      ? multipartChecksumHeaders(store, intent.checksum)
      : {
          ...noOverwriteHeader(policy, store, intent),
          ...checksumHeaders(store, intent.checksum),
        }),
    ...metadataHeaders(policy, store, intent.metadata),
    ...policy.fixedHeaders,
  };
}

/** What keeps an object from being replaced; nothing where the policy, or the client with its leave, goes without. */
function noOverwriteHeader(policy: Policy, { provider }: Store, intent: Intent): Headers {
  const isLoosened =
    policy.isOverwriteAllowed || (intent.isContentTypeOnly && policy.isContentTypeOnlyAllowed);
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
    if (!policy.metadata.has(name)) {
      const allowed = [...policy.metadata].join(", ") || "none";
      throw invalidRequest({ pointer, detail: `is not allowed: the policy has ${allowed}` });
    }
    const fault = metadataFault(value);
    if (fault) throw invalidRequest({ pointer, detail: fault });
    const encoded = encodeMetadata(value);
    headers[`x-amz-meta-${name}`] = encoded;
    bytes += name.length + encoded.length;
  }
  if (bytes > provider.maxMetadataBytes) {
    const detail = `must be at most ${provider.maxMetadataBytes} bytes of names and encoded values: it has ${bytes}`;
    throw invalidRequest({ pointer: "/metadata", detail });
  }
  return headers;
}

/** What begins an upload in parts with a checksum (AWS: CreateMultipartUpload). */
function multipartChecksumHeaders({ provider }: Store, checksum: Checksum | undefined): Headers {
  const { sdkName } = checksum ? CHECKSUMS[checksum.algorithm] : {};
  const kind = checksum && provider.multipartChecksums[checksum.algorithm];
  if (!sdkName || !kind) return {};
  return {
    "x-amz-checksum-algorithm": sdkName,
    "x-amz-checksum-type": kind === "composite" ? "COMPOSITE" : "FULL_OBJECT",
  };
}
