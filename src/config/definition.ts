import type { ChecksumAlgorithm } from "../store/checksum.ts";
import type { IssuerDefinition } from "./issuer-presets.ts";
import type { StoreDefinition } from "./store-presets.ts";
import type { BytesRate, Duration, Rate, Size } from "./units.ts";

/** A named rule: which store, key, types, sizes and expiry one upload may have. */
export interface PolicyDefinition<StoreName extends string = string> {
  /** A store's name, or one for each region of the caller: a country (`KR`), a continent (`AF AN AS EU NA OC SA`), and `default`. */
  readonly store: StoreName | Readonly<Record<string, StoreName> & Record<"default", StoreName>>;
  /** `{user} {id} {ext} {name} {yyyy} {mm} {dd} {claim.x}` between slashes. */
  readonly key: string;
  /** `image/png`, `image/*`, `*\/*`. What a browser would run is refused unless it is named outright. */
  readonly types: readonly string[];
  readonly maxBytes: Size;
  /** 1 by default: an empty file is refused. */
  readonly minBytes?: Size;
  /** How long a ticket can be used: 5 minutes by default. */
  readonly expiresIn?: Duration;
  /** How long a ticket can be used that is asked for with `background: true`: without it there are none. */
  readonly backgroundExpiresIn?: Duration;
  /** Files of this size and more are sent in parts, and so are others where a client asks for it. */
  readonly multipartFrom?: Size;
  /** How long an upload in parts can be resumed: 7 days by default. */
  readonly resumeWithin?: Duration;
  /** `true` gives callers tickets to read what is in their own prefix. */
  readonly download?: boolean;
  /** `true` lets callers delete what is in their own prefix. */
  readonly delete?: boolean;
  /** `"optional"` lets a client leave the size out, and then nothing bounds the body. */
  readonly size?: "required" | "optional";
  /** `true` lets a ticket replace an object, and be used again until it expires. */
  readonly overwrite?: boolean;
  /** The algorithms of which one is demanded, or `"optional"`. */
  readonly checksum?: "optional" | readonly ChecksumAlgorithm[];
  /** The names of the metadata that a client may set. */
  readonly metadata?: readonly string[];
  readonly cacheControl?: string;
  readonly contentDisposition?: string;
  readonly storageClass?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Exact limits for each caller, kept by a Durable Object; `{}` only keeps a record of each upload. */
  readonly quota?: {
    readonly uploads?: Rate;
    readonly bytes?: BytesRate;
    /** How many uploads may be on their way at once. */
    readonly pending?: number;
  };
  /** `true` where the key has no `{user}`: all callers share one prefix. */
  readonly shared?: boolean;
  /**
   * `true` makes `GET /presigned-url` answer a ticket that needs no header but Content-Type, for
   * clients that can send no other: it can then be used again until it expires.
   */
  readonly allowContentTypeOnly?: boolean;
}

export interface ConfigDefinition<
  Stores extends Readonly<Record<string, StoreDefinition>> = Readonly<
    Record<string, StoreDefinition>
  >,
  Policies = Readonly<Record<string, PolicyDefinition<keyof Stores & string>>>,
> {
  /** The exact origins of the browsers' pages. Apps that are no browser send none. */
  readonly origins: readonly string[];
  readonly issuers: readonly IssuerDefinition[];
  readonly stores: Stores;
  readonly policies: Policies & Readonly<Record<string, PolicyDefinition<keyof Stores & string>>>;
  /** The policy of a request that names none. */
  readonly defaultPolicy?: keyof Policies & string;
  /** Where finished uploads of policies with a quota are told, signed with `WEBHOOK_SECRET`. */
  readonly webhook?: { readonly url: string };
  /** The `iss`, `aud` and life of receipts: by default both are "edge-presigner", for an hour. */
  readonly receipts?: {
    readonly issuer?: string;
    readonly audience?: string;
    readonly expiresIn?: Duration;
  };
  /** What the two rate-limit bindings in wrangler.toml are set to: the answers quote it. */
  readonly limits?: { readonly perAddress?: Rate; readonly perCaller?: Rate };
}

/** Types the configuration, so that an editor completes it and a wrong store name is a type error. */
export function defineConfig<
  const Stores extends Readonly<Record<string, StoreDefinition>>,
  const Policies extends Readonly<Record<string, PolicyDefinition<keyof Stores & string>>>,
>(config: ConfigDefinition<Stores, Policies>): ConfigDefinition {
  return config;
}
