/** A compiled configuration as plain data, without secrets: what `edge-presigner build` writes. */
import type { ChecksumAlgorithm } from "../store/checksum.ts";
import type { Store } from "../store/store.ts";
import type { Compiled } from "./compile.ts";
import type { Made } from "./environment.ts";
import { joinOrigins } from "./origins.ts";
import type { Config, CredentialPolicy, Issuer, Policy, ReceiptSettings } from "./config.ts";

type JwksIssuer = Extract<Issuer, { kind: "jwks" }>;
type SharedSecretIssuer = Extract<Issuer, { kind: "shared-secret" }>;

export type StorePlan = Omit<Store, "credentials" | "readCredentials">;
export type IssuerPlan =
  | JwksIssuer
  | (Omit<SharedSecretIssuer, "secret"> & {
      /** Its name. */
      readonly secret: string;
    });
/** Its field `store` has the names of its stores. */
export type PolicyPlan = Omit<Policy, "stores" | "checksums"> & {
  readonly checksums: readonly ChecksumAlgorithm[];
};

/** Its `store` is the name of its store. */
export type CredentialPolicyPlan = Omit<CredentialPolicy, "store" | "parent"> & {
  readonly store: string;
};

export interface ConfigPlan extends Pick<
  Config,
  "defaultPolicy" | "limits" | "logging" | "revocations" | "traces"
> {
  /** As they are written in the configuration. */
  readonly origins: readonly string[];
  readonly issuers: readonly IssuerPlan[];
  readonly adminIssuers: readonly IssuerPlan[];
  readonly stores: readonly StorePlan[];
  readonly policies: readonly PolicyPlan[];
  readonly credentialPolicies: readonly CredentialPolicyPlan[];
  readonly receipts: Omit<ReceiptSettings, "keys">;
  readonly webhookUrl: string | undefined;
  readonly audit: Compiled["audit"];
}

/** Returns the plan of a configuration that was compiled with any secrets. */
export function planConfig({ config, stores, webhookUrl, audit }: Compiled): ConfigPlan {
  const { keys: _, ...receipts } = config.receipts;
  return {
    origins: joinOrigins(config),
    issuers: config.issuers.map(planIssuer),
    adminIssuers: config.adminIssuers.map(planIssuer),
    stores: [...stores.values()].map(planStore),
    policies: [...config.policies.values()].map(planPolicy),
    credentialPolicies: [...config.credentialPolicies.values()].map(planCredentialPolicy),
    defaultPolicy: config.defaultPolicy,
    limits: config.limits,
    revocations: config.revocations,
    logging: config.logging,
    traces: config.traces,
    receipts,
    webhookUrl,
    audit,
  };
}

function planIssuer(issuer: Issuer): IssuerPlan {
  return issuer.kind === "jwks" ? issuer : { ...issuer, secret: issuer.secret.name };
}

function planStore(store: Store): StorePlan {
  const { credentials: _, readCredentials: __, provider, ...others } = store;
  // The forms of its options are for the definition alone.
  return { ...others, provider: { ...provider, options: {} } };
}

function planPolicy(policy: Policy): PolicyPlan {
  const { stores: _, checksums, ...fields } = policy;
  return { ...fields, checksums: [...checksums] };
}

function planCredentialPolicy(policy: CredentialPolicy): CredentialPolicyPlan {
  const { parent: _, store, ...fields } = policy;
  return { ...fields, store: store.name };
}

/** What the written module holds, as JSON. */
export interface BuiltConfig {
  /** Of the package that wrote it. */
  readonly version: string;
  /** The SHA-256 of the definition, in hexadecimal. */
  readonly definition: string;
  readonly plans: Made<ConfigPlan>;
}
