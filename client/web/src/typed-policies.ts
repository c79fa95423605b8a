import type { UploadOptions } from "./options.ts";

/** What is read of a configuration's type: the names of its policies, and of the metadata of each. */
export interface PoliciesOf {
  readonly policies: Readonly<Record<string, object>>;
}

/** The names of the policies that give tickets: any text without the type of a configuration. */
export type PolicyName<Config extends PoliciesOf> = {
  [Name in keyof Config["policies"]]: Config["policies"][Name] extends {
    readonly credentials: object;
  }
    ? never
    : Name;
}[keyof Config["policies"]] &
  string;

type MetadataOf<Policy> = Policy extends {
  readonly metadata: readonly (infer Name extends string)[];
}
  ? Readonly<Partial<Record<Name, string>>>
  : Readonly<Record<string, never>>;

type Chosen<Config extends PoliciesOf> =
  | { readonly policy?: undefined; readonly metadata?: UploadOptions["metadata"] }
  | {
      [Name in PolicyName<Config>]: {
        readonly policy: Name;
        readonly metadata?: MetadataOf<Config["policies"][Name]> | undefined;
      };
    }[PolicyName<Config>];

/** The options of an upload, with the names that the configuration has. */
export type UploadOptionsOf<Config extends PoliciesOf> =
  string extends PolicyName<Config>
    ? UploadOptions
    : Omit<UploadOptions, "policy" | "metadata"> & Chosen<Config>;
