/** What a provider's stores can do: one row of the table in `providers.ts`. */
import type { ChecksumAlgorithm } from "./checksum.ts";

/**
 * `enforced`: a body that differs is refused (measured or documented). `ignored`: the header is accepted
 * and not checked. `unverified`: nothing reliable is known. A missing row: the store refuses the header.
 */
type Trust = "enforced" | "ignored" | "unverified";

/** An option of a store's definition and its form. */
export interface ProviderOption {
  readonly pattern: RegExp;
  readonly expected: string;
}

export interface Provider {
  readonly title: string;
  /**
   * The URL that is signed, which may have a path: `undefined` for the definition's `endpoint`, `"request"`
   * for the request's origin. `{china}` is `.cn` for the regions of China.
   */
  readonly endpoint?: string;
  readonly options: Readonly<Record<string, ProviderOption>>;
  /** The region of the credential scope, where it is not the definition's `region`. */
  readonly signingRegion?: string;
  readonly addressing: "virtual-host" | "path";
  /** Refuses every request by path. */
  readonly isVirtualHostOnly?: true;
  readonly maxExpiresInSeconds: number;
  /** The largest single PUT. */
  readonly maxPutBytes: number;
  /** The largest multipart upload, and the most parts that it may have. */
  readonly maxObjectBytes: number;
  readonly maxParts: number;
  /** Checksums of a multipart upload: of the whole object, or of its parts' digests and their count. */
  readonly multipartChecksums: Readonly<
    Partial<Record<ChecksumAlgorithm, "full-object" | "composite">>
  >;
  /** User metadata: names and encoded values together. */
  readonly maxMetadataBytes: number;
  /** The signed header that keeps an object from being overwritten. */
  readonly noOverwrite:
    | { readonly header: string; readonly value: string; readonly trust: Trust }
    | undefined;
  readonly checksums: Readonly<Partial<Record<ChecksumAlgorithm, Trust>>>;
  /** Checks `x-amz-checksum-*` only where `x-amz-sdk-checksum-algorithm` is sent too. */
  readonly needsSdkChecksumAlgorithm: boolean;
  /** How the store copies an object within a bucket. `undefined` where it cannot, or takes no condition. */
  readonly copies: Copies | undefined;
  readonly tags: boolean;
  /**
   * Whether its documentation has POST forms signed with AWS4-HMAC-SHA256, or they were measured. No store is
   * known whose forms keep an object from being overwritten.
   */
  readonly postForms: boolean;
  readonly storageClasses: readonly string[];
  /** What the store does with a request that has an unsigned `x-amz-*` header. */
  readonly unsignedHeaders: "refused" | "accepted" | "unverified";
  /** Absent where the store has no credentials for one prefix. */
  readonly scopedCredentials?: ScopedCredentials;
  /** Whether signing an empty `x-amz-copy-source` is known to work here: docs/security.md. */
  readonly copyGuard: "signed-empty" | "none";
}

/** What a store does with a copy on the condition that its source has an ETag. */
export interface Copies {
  /** `enforced`: a copy of another ETag is refused (measured or documented). `unverified`: the copy's own ETag must tell. */
  readonly trust: "enforced" | "unverified";
  /** The headers with the condition (AWS: CopyObject). */
  readonly headers: readonly string[];
  /** The largest object that is copied at once. */
  readonly maxBytes: number;
  /** The same headers for a part of a larger object (AWS: UploadPartCopy); `undefined` where it copies no parts. */
  readonly partHeaders: readonly string[] | undefined;
}

/** How a store gives temporary credentials for one prefix. */
interface ScopedCredentials {
  /** A token that the parent's secret signs here (R2), or an answer of AssumeRole (AWS STS, and those that speak it). */
  readonly kind: "r2-token" | "sts";
  /** `enforced`: tests have seen that nothing beside the prefix is reached. */
  readonly trust: "enforced" | "unverified";
  readonly minSeconds: number;
  readonly role: "required" | "none";
  /** Where AssumeRole is sent to, if not to the store's own endpoint. */
  readonly endpoint?: string;
}

/** The condition that a PUT overwrites no object (RFC 9110 section 13.1.2). */
export const IF_NONE_MATCH = { header: "if-none-match", value: "*" } as const;
