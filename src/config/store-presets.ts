/** Profiles of stores: the options of one bucket, as plain data. The rows are in `store/providers.ts`. */
import type { StoreDefinition } from "./definition.ts";

type Common = Omit<
  StoreDefinition,
  "provider" | "region" | "account" | "jurisdiction" | "endpoint"
>;
type InRegion = Common & { readonly region: string };
type OfAccount = InRegion & { readonly account: string };
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
export const ovh = (options: InRegion): StoreDefinition => ({ provider: "ovh", ...options });
/** Akamai, formerly Linode. */
export const linode = (options: InRegion): StoreDefinition => ({ provider: "linode", ...options });
export const vultr = (options: InRegion): StoreDefinition => ({ provider: "vultr", ...options });
export const exoscale = (options: InRegion): StoreDefinition => ({
  provider: "exoscale",
  ...options,
});
/** IDrive e2: its dashboard shows the endpoint. */
export const idrive = (options: Anywhere): StoreDefinition => ({ provider: "idrive", ...options });
export const storj = (options: Common): StoreDefinition => ({ provider: "storj", ...options });
/** Oracle Cloud: `account` is the namespace of the tenancy. */
export const oci = (options: OfAccount): StoreDefinition => ({ provider: "oci", ...options });
/** IBM Cloud Object Storage, with HMAC credentials. */
export const ibm = (options: InRegion): StoreDefinition => ({ provider: "ibm", ...options });
export const alibaba = (options: InRegion): StoreDefinition => ({
  provider: "alibaba",
  ...options,
});
/** Tencent Cloud COS: the name of the bucket ends with the APPID. */
export const tencent = (options: InRegion): StoreDefinition => ({
  provider: "tencent",
  ...options,
});
/** Supabase Storage: `account` is the reference of the project. `supabase` is its login. */
export const supabaseStorage = (options: OfAccount): StoreDefinition => ({
  provider: "supabaseStorage",
  ...options,
});
export const minio = (options: Anywhere): StoreDefinition => ({ provider: "minio", ...options });
export const ceph = (options: Anywhere): StoreDefinition => ({ provider: "ceph", ...options });
export const garage = (options: Anywhere): StoreDefinition => ({ provider: "garage", ...options });
export const seaweedfs = (options: Anywhere): StoreDefinition => ({
  provider: "seaweedfs",
  ...options,
});
export const rustfs = (options: Anywhere): StoreDefinition => ({ provider: "rustfs", ...options });
/** `rclone serve s3`. */
export const rclone = (options: Anywhere): StoreDefinition => ({ provider: "rclone", ...options });
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
