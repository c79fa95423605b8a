/** The types of `presigner.config.ts`, as its author writes it. They come from the schemas that check it. */
import type * as z from "zod/mini";
import type { jwksIssuerSchema, sharedSecretIssuerSchema } from "./issuer-schema.ts";
import type { credentialPolicySchema } from "./credential-policy-schema.ts";
import type { policySchema } from "./policy-schema.ts";
import type { settingsSchema } from "./schema.ts";
import type { storeSchema } from "./store-schema.ts";

type DeepReadonly<T> = T extends object ? { readonly [Name in keyof T]: DeepReadonly<T[Name]> } : T;
type Written<Schema extends z.ZodMiniType> = DeepReadonly<z.input<Schema>>;

export type StoreDefinition = Written<typeof storeSchema>;
export type JwksIssuerDefinition = Written<typeof jwksIssuerSchema>;
export type IssuerDefinition = JwksIssuerDefinition | Written<typeof sharedSecretIssuerSchema>;

/** A named rule: which store, key, types, sizes and expiry one upload may have. */
export interface PolicyDefinition<StoreName extends string = string> extends Omit<
  Written<typeof policySchema>,
  "store"
> {
  /** A store's name, or one for each region of the caller: a country (`KR`), a continent (`AF AN AS EU NA OC SA`), and `default`. */
  readonly store: StoreName | Readonly<Record<string, StoreName> & Record<"default", StoreName>>;
  readonly credentials?: undefined;
}

/** A named rule of the other kind: which prefix of which store temporary credentials reach, and for how long. */
export interface CredentialPolicyDefinition<StoreName extends string = string> extends Omit<
  Written<typeof credentialPolicySchema>,
  "store"
> {
  readonly store: StoreName;
  readonly types?: undefined;
}

type AnyPolicy<StoreName extends string> =
  | PolicyDefinition<StoreName>
  | CredentialPolicyDefinition<StoreName>;

export interface ConfigDefinition<
  Stores extends Readonly<Record<string, StoreDefinition>> = Readonly<
    Record<string, StoreDefinition>
  >,
  Policies = Readonly<Record<string, AnyPolicy<keyof Stores & string>>>,
> extends Omit<Written<typeof settingsSchema>, "defaultPolicy"> {
  /** Who may sign tokens. May be left out if `createPresigner` has the hook `authenticate`. */
  readonly issuers?: readonly IssuerDefinition[];
  readonly stores: Stores;
  readonly policies: Policies & Readonly<Record<string, AnyPolicy<keyof Stores & string>>>;
  /** The policy of a request that names none. */
  readonly defaultPolicy?: keyof Policies & string;
  /** What is different in an environment of wrangler.toml, by the name that its variable `ENVIRONMENT` has. */
  readonly environments?: Readonly<
    Record<string, EnvironmentDefinition<NoInfer<Stores>, NoInfer<Policies>>>
  >;
}

/** The fields that replace those of the configuration, and the stores and policies that replace others of their name. */
interface EnvironmentDefinition<Stores, Policies> extends Partial<Written<typeof settingsSchema>> {
  readonly issuers?: readonly IssuerDefinition[];
  readonly stores?: { readonly [Name in keyof Stores]?: StoreDefinition };
  readonly policies?: {
    readonly [Name in keyof Policies]?: AnyPolicy<keyof Stores & string>;
  };
}

/** The names of a configuration's policies, as far as its type has kept them. */
export type PolicyNameOf<Definition extends ConfigDefinition> = keyof Definition["policies"] &
  string;

/** Keeps the names of policies and of their metadata, for `createUploader<typeof config>`. Types the configuration, so that an editor completes it and a wrong store name is a type error. */
export function defineConfig<
  const Stores extends Readonly<Record<string, StoreDefinition>>,
  const Policies extends Readonly<Record<string, AnyPolicy<keyof Stores & string>>>,
>(
  config: ConfigDefinition<Stores, Policies>,
): Omit<ConfigDefinition, "policies"> & { readonly policies: Policies } {
  return config;
}
