/**
 * The secrets of the development server. They are public and must not be used elsewhere. The key pair
 * of the embedded store is also in wrangler.toml, for the store itself.
 */
export const DEVELOPMENT_SECRETS = {
  LOCAL_ACCESS_KEY_ID: "development-only-key",
  LOCAL_SECRET_ACCESS_KEY: "development-only-secret",
  AUTH_SECRET: "development-only: anybody may sign tokens with this",
  ADMIN_SECRET: "development-only: anybody may sign admin tokens with this",
  RECEIPT_PRIVATE_KEY: JSON.stringify({
    kty: "EC",
    crv: "P-256",
    x: "cAho-499sqmc0F3ilZm4etJ2DXe-Scm1dx3sXAvYwZU",
    y: "VYI-DDYMFzZSvkLgIo7rxPQQ1ho9sNGAwfxfWwIcMxA",
    d: "LrNJzakH7kALKLoqwwgPo5-Ls3ja3-fBunLAe34sWRc",
  }),
  AUDIT_SECRET: "whsec_vbdj3U+BSPRCWx49rtqsn21yo/NWcmh3yAYCuSgjtpg=",
  WEBHOOK_SECRET: "whsec_2TbaARGSYnhgVZYgvq0wEsBzYLJorFNFHcqBX6yAjdw=",
  UPLOAD_ID_SECRET: "development-only: anybody may make upload ids with this",
} as const;
