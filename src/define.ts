/**
 * The functions for `presigner.config.ts`. They return plain data, which is checked when the Worker
 * starts and by `npm run deploy`.
 */
export { defineConfig } from "./config/definition.ts";
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
  aws,
  b2,
  ceph,
  compatible,
  gcs,
  hetzner,
  local,
  minio,
  r2,
  scaleway,
  spaces,
  tigris,
  wasabi,
} from "./config/store-presets.ts";
