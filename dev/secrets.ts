/**
 * Public, and of no use anywhere: the development server's own secrets. The pair of the embedded
 * store stands in wrangler.toml too, for the side that verifies.
 */
export const DEVELOPMENT_SECRETS = {
  LOCAL_ACCESS_KEY_ID: "development-only-key",
  LOCAL_SECRET_ACCESS_KEY: "development-only-secret",
  AUTH_SECRET: "development-only: anybody may sign tokens with this",
  UPLOAD_ID_SECRET: "development-only: anybody may make upload ids with this",
} as const;
