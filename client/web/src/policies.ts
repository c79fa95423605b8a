/** What the caller may do: `GET /v1/policies`. */
import { hasFields } from "./has-fields.ts";

interface KnownLimit {
  readonly limit: number;
  /** Absent if the service could not tell now. */
  readonly remaining?: number;
  /** In seconds. */
  readonly resetsIn?: number;
}

/** One policy. What is absent is not allowed, or has no limit. */
export interface PolicyInfo {
  readonly name: string;
  /** `image/png`, `image/*`, or `*` for both parts. Absent if the caller cannot upload. */
  readonly types?: readonly string[];
  /** Known ones of `types`, without the dot. Absent if all types are allowed. */
  readonly extensions?: readonly string[];
  readonly maxBytes?: number;
  readonly minBytes?: number;
  readonly sizeRequired?: boolean;
  /** In bytes: from this size on an upload is multipart. */
  readonly multipartFrom?: number;
  readonly checksum?: { readonly algorithms: readonly string[]; readonly required?: boolean };
  /** The names that may be set. */
  readonly metadata?: readonly string[];
  readonly download?: boolean;
  readonly delete?: boolean;
  readonly credentials?: unknown;
  /** How long a ticket can be used, in seconds. */
  readonly expiresIn?: number;
  readonly quota?: Readonly<Record<string, KnownLimit>> & {
    readonly uploads?: KnownLimit;
    readonly bytes?: KnownLimit;
    readonly pending?: KnownLimit;
    /** What is stored: only a deletion makes room. */
    readonly objects?: KnownLimit;
    readonly stored?: KnownLimit;
  };
}

export interface PolicyList {
  /** The name of the default policy, if the caller can use it. */
  readonly default?: string;
  readonly policies: readonly PolicyInfo[];
}

export function isPolicyList(value: unknown): value is PolicyList {
  return hasFields(value, "policies");
}
