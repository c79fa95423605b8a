/** The configuration as the Worker uses it: compiled once per isolate. */
import type { IdSecrets } from "./compile-id-secrets.ts";
import type { Level } from "../events.ts";
import type { Template } from "../key/template.ts";
import type { Secret } from "../secret.ts";
import type { ChecksumAlgorithm } from "../store/checksum.ts";
import type { CredentialAction } from "../store/scoped-access.ts";
import type { Credentials, Store } from "../store/store.ts";
import type { CommonFields } from "./issuer-schema.ts";
import type { PolicyFields } from "./policy-schema.ts";
import type { PrivateKeys } from "./private-key.ts";
import type { RateLimit } from "./units.ts";

/** A policy: its fields (sizes in bytes, durations in seconds), and what follows from them. */
export interface Policy extends PolicyFields {
  readonly name: string;
  /** By region; one is the `default`. */
  readonly stores: ReadonlyMap<string, Store>;
  readonly template: Template;
  /** The claim that says whose the quota is; `undefined` where it is the caller's. */
  readonly quotaClaim: string | undefined;
  /** The algorithms that every store of the policy supports, of those that the policy names. */
  readonly checksums: ReadonlySet<ChecksumAlgorithm>;
  /** The headers of every ticket of this policy. */
  readonly fixedHeaders: Readonly<Record<string, string>>;
}

/** A policy that gives temporary credentials for the caller's own prefix. It is no `Policy`: no ticket comes from it. */
export interface CredentialPolicy {
  readonly name: string;
  readonly store: Store;
  /** The prefix without the slash at its end; its last segment is `{user}`. */
  readonly template: Template;
  /** The most that it gives, each once. */
  readonly actions: readonly CredentialAction[];
  readonly expiresInSeconds: number;
  readonly expiresWithToken: boolean;
  readonly roleArn: string | undefined;
  /** The pair that the credentials come from. It signs no ticket. */
  readonly parent: Credentials;
}

/** Who may sign tokens: with published keys, or with a shared secret. */
export type Issuer = IssuerRules & { readonly algorithms: readonly string[] } & (
    | { readonly kind: "jwks"; readonly jwksUrl: string }
    | { readonly kind: "shared-secret"; readonly secret: Secret }
  );

/** The fields of an issuer, and its `issuer` and `audience` as lists. The first issuer is its name. */
export interface IssuerRules extends Omit<CommonFields, "issuer" | "audience"> {
  readonly issuers: readonly string[];
  readonly audiences: readonly string[] | undefined;
  /** Its place in the configuration's list. */
  readonly index: number;
}

/** The claims that every receipt has, and the keys that sign it, the newest first. */
export interface ReceiptSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly expiresInSeconds: number;
  readonly keys: Secret<PrivateKeys>;
}

export interface Webhook {
  readonly url: string;
  /** Every secret signs each message. */
  readonly secrets: Secret<readonly Uint8Array<ArrayBuffer>[]>;
}

/** Where the events of an audit go, and what they say about where they come from. */
export type Audit = { readonly source: string } & (
  | { readonly kind: "queue"; readonly binding: string }
  | ({ readonly kind: "url" } & Webhook)
);

/** By the names of the secrets. Each signs every request to its scanner. */
export type ScannerSecrets = ReadonlyMap<string, Webhook["secrets"]>;

interface Logging {
  /** Less serious events are not written. */
  readonly level: Level;
  /** Which requests get a line; a number is their share, from 0 to 1. */
  readonly requests: "all" | "errors" | "off" | number;
}

export interface Config {
  readonly origins: ReadonlySet<string>;
  /** Origins with any port: `http://localhost` and `http://127.0.0.1` in development. */
  readonly anyPortOrigins: ReadonlySet<string>;
  /** Those of users. */
  readonly issuers: readonly Issuer[];
  readonly adminIssuers: readonly Issuer[];
  readonly policies: ReadonlyMap<string, Policy>;
  readonly credentialPolicies: ReadonlyMap<string, CredentialPolicy>;
  readonly defaultPolicy: string | undefined;
  readonly limits: { readonly perAddress: RateLimit; readonly perCaller: RateLimit };
  readonly logging: Logging;
  /** Adds policy, store and outcome to the spans of the platform's traces. */
  readonly traces: boolean;
  readonly idSecrets: IdSecrets;
  readonly receipts: ReceiptSettings;
  readonly webhook: Webhook | undefined;
  readonly audit: Audit | undefined;
  /** Whether tokens and uploads can be revoked. */
  readonly revocations: boolean;
  readonly scannerSecrets: ScannerSecrets;
  /** A store or an origin is for development only, so that the Worker answers on a loopback host alone. */
  readonly isDevelopment: boolean;
}
