/** What a new project is made of, once every question is answered. */
import type { ProviderName } from "../../src/store/providers.ts";
import type { LoginName } from "./logins.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface NewProject {
  /** The name of the Worker and of the package. */
  readonly name: string;
  readonly origins: readonly string[];
  readonly provider: ProviderName;
  /** The options of the store's preset. */
  readonly store: Fields & { readonly bucket: string };
  readonly login: LoginName;
  /** The options of the issuer's preset. */
  readonly issuer: Fields;
}

/** The name of its store. */
export const STORE = "media";

/** Names the bucket of staging. */
export const STAGING_SUFFIX = "-staging";
