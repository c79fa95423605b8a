/** The configuration as the Worker uses it: made once per isolate by `compile.ts`. */
import type { ChecksumAlgorithm } from "../store/checksum.ts";
import type { Provider, ProviderName } from "../store/provider.ts";
import type { Secret } from "../secret.ts";
import type { Template } from "../key/template.ts";
import type { RateLimit } from "./units.ts";

/** One bucket that is signed for. */
export interface Store {
  readonly name: string;
  readonly providerName: ProviderName;
  readonly provider: Provider;
  readonly bucket: string;
  /** The region of the credential scope. */
  readonly region: string;
  /** Where the Worker itself calls, where that is another host than the one that is signed. */
  readonly ownOrigin: string | undefined;
  readonly ownBasePath: string;
  /** Scheme and host that are signed; `undefined` for the embedded store: the request's own origin. */
  readonly origin: string | undefined;
  /** What stands between the host and the key, encoded: `/`, `/bucket/`. */
  readonly basePath: string;
  readonly copyGuard: "signed-empty" | "none";
  readonly credentials: Credentials;
  /** What the Worker itself reads with: a pair of its own, or the writing one. */
  readonly readCredentials: Credentials;
}

export interface Credentials {
  readonly accessKeyId: Secret;
  readonly secretAccessKey: Secret;
  readonly sessionToken: Secret | undefined;
}

export interface Policy {
  readonly name: string;
  readonly stores: ReadonlyMap<string, Store>;
  readonly template: Template;
  readonly types: readonly string[];
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly expiresInSeconds: number;
  /** The same for tickets that an operating system uses when it likes; `undefined`: there are none. */
  readonly backgroundExpiresInSeconds: number | undefined;
  /** Files of this size and more are sent in parts; `undefined`: none are. */
  readonly multipartFromBytes: number | undefined;
  /** How long an upload in parts can be resumed. */
  readonly resumeWithinSeconds: number;
  readonly isDownloadAllowed: boolean;
  readonly isDeleteAllowed: boolean;
  readonly isSizeRequired: boolean;
  readonly isOverwriteAllowed: boolean;
  readonly isContentTypeOnlyAllowed: boolean;
  /** The algorithms a client may use, and whether it must use one. */
  readonly checksums: ReadonlySet<ChecksumAlgorithm>;
  readonly isChecksumRequired: boolean;
  readonly metadata: ReadonlySet<string>;
  /** `undefined`: no ledger, so that a ticket costs no round trip. */
  readonly quota: Quota | undefined;
  /** Headers that the policy itself sets on every object. */
  readonly fixedHeaders: Readonly<Record<string, string>>;
}

/** Who may sign tokens: exactly one of `secret` and `jwksUrl` is there. */
export interface Issuer {
  /** The `iss` values that are accepted; the first one names the issuer. */
  readonly issuers: readonly string[];
  readonly audiences: readonly string[] | undefined;
  readonly algorithms: readonly string[];
  readonly claims: Readonly<Record<string, readonly string[]>>;
  readonly userClaim: string;
  readonly userPrefix: string | undefined;
  readonly tokenHeader: string | undefined;
  readonly typ: string | undefined;
  readonly jwksUrl: string | undefined;
  readonly secret: Secret | undefined;
}

/** Exact limits of one policy for each caller: any of them, or none and only a record of each upload. */
export interface Quota {
  readonly uploads: RateLimit | undefined;
  readonly bytes: RateLimit | undefined;
  /** How many uploads may be on their way at once. */
  readonly pending: number | undefined;
}

/** What a receipt says of itself. */
export interface ReceiptTerms {
  readonly issuer: string;
  readonly audience: string;
  readonly expiresInSeconds: number;
  readonly key: Secret;
}

export interface Webhook {
  readonly url: string;
  readonly secret: Secret;
}

export interface Config {
  readonly origins: ReadonlySet<string>;
  /** Origins with any port: `http://localhost` and `http://127.0.0.1` under development. */
  readonly anyPortOrigins: ReadonlySet<string>;
  readonly issuers: readonly Issuer[];
  readonly policies: ReadonlyMap<string, Policy>;
  readonly defaultPolicy: string | undefined;
  readonly limits: { readonly perAddress: RateLimit; readonly perCaller: RateLimit };
  /** The current one, then the one before it. */
  readonly uploadIdSecrets: readonly [Secret, ...Secret[]];
  readonly receipt: ReceiptTerms;
  readonly webhook: Webhook | undefined;
  /** Something in it is fit for development only, so that it answers on a loopback host alone. */
  readonly isDevelopment: boolean;
}
