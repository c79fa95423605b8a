/** Profiles of stores: the options of one bucket, as plain data. The rows are in `store/providers.ts`. */
import type { StoreDefinition } from "./definition.ts";

type Common = Omit<
  StoreDefinition,
  "provider" | "region" | "account" | "jurisdiction" | "endpoint"
>;
type InRegion = Common & { readonly region: string };
type Anywhere = InRegion & { readonly endpoint: string };

export const aws = (options: InRegion): StoreDefinition => ({ provider: "aws", ...options });

export const r2 = (
  options: Common & { readonly account: string; readonly jurisdiction?: "eu" | "fedramp" },
): StoreDefinition => ({ provider: "r2", ...options });

/** Google Cloud Storage: its XML API, with an HMAC key of a service account. */
export const gcs = (options: Common): StoreDefinition => ({ provider: "gcs", ...options });
export const b2 = (options: InRegion): StoreDefinition => ({ provider: "b2", ...options });
export const wasabi = (options: InRegion): StoreDefinition => ({ provider: "wasabi", ...options });
export const spaces = (options: InRegion): StoreDefinition => ({ provider: "spaces", ...options });
export const tigris = (options: Common): StoreDefinition => ({ provider: "tigris", ...options });
export const hetzner = (options: InRegion): StoreDefinition => ({
  provider: "hetzner",
  ...options,
});
export const scaleway = (options: InRegion): StoreDefinition => ({
  provider: "scaleway",
  ...options,
});
export const minio = (options: Anywhere): StoreDefinition => ({ provider: "minio", ...options });
export const ceph = (options: Anywhere): StoreDefinition => ({ provider: "ceph", ...options });
/** Any other server that speaks S3. */
export const compatible = (options: Anywhere): StoreDefinition => ({
  provider: "compatible",
  ...options,
});

/** The store that Wrangler embeds for development, at the origin of the request: on loopback hosts only. */
export const local = (options: { readonly bucket: string }): StoreDefinition => ({
  provider: "local",
  ...options,
});
