/** The table of providers. `COMPATIBLE` in provider-defaults.ts is what a row does not change. */
import { HOSTED_PROVIDERS } from "./hosted-providers.ts";
import { SERVER_PROVIDERS } from "./server-providers.ts";

export const PROVIDERS = { ...HOSTED_PROVIDERS, ...SERVER_PROVIDERS } as const;

export type ProviderName = keyof typeof PROVIDERS;
