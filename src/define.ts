/**
 * The functions for `presigner.config.ts`. They return plain data, which is checked when the Worker
 * starts and by `npm run deploy`.
 */
export {
  defineConfig,
  type ConfigDefinition,
  type CredentialPolicyDefinition,
  type IssuerDefinition,
  type PolicyDefinition,
  type StoreDefinition,
} from "./config/definition.ts";
export {
  apple,
  auth0,
  clerk,
  cloudflareAccess,
  cognito,
  firebase,
  google,
  jwks,
  sharedSecret,
  supabase,
} from "./config/issuer-presets.ts";
export {
  alibaba,
  aws,
  b2,
  ceph,
  compatible,
  exoscale,
  garage,
  gcs,
  hetzner,
  ibm,
  idrive,
  linode,
  local,
  minio,
  oci,
  ovh,
  r2,
  rclone,
  rustfs,
  scaleway,
  seaweedfs,
  spaces,
  storj,
  supabaseStorage,
  tencent,
  tigris,
  vultr,
  wasabi,
} from "./config/store-presets.ts";
