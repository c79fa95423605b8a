/** The configurations that are measured, and their secrets. */
import { defineConfig, jwks, r2, sharedSecret } from "../src/define.ts";
import {
  ACCESS_KEY_ID,
  ACCOUNT,
  AUDIENCE,
  AUTH_SECRET,
  PUBLISHED_ISSUER,
  SECRET_ACCESS_KEY,
  SHARED_ISSUER,
} from "./identity.ts";

const backend = sharedSecret({ issuer: SHARED_ISSUER, audience: AUDIENCE });
const stores = { media: r2({ account: ACCOUNT, bucket: "media" }) };
const photo = {
  store: "media",
  key: "photos/{user}/{id}.{ext}",
  types: ["image/jpeg", "image/png", "image/webp"],
  maxBytes: "10 MB",
  size: "optional",
  allowContentTypeOnly: true,
  download: true,
} as const;

export const config = defineConfig({
  origins: ["https://app.acme.dev"],
  issuers: [
    backend,
    jwks({
      issuer: PUBLISHED_ISSUER,
      jwksUrl: `${PUBLISHED_ISSUER}/.well-known/jwks.json`,
      audience: AUDIENCE,
      algorithms: ["ES256"],
      userPrefix: "p",
    }),
  ],
  stores,
  defaultPolicy: "photo",
  policies: {
    photo,
    video: {
      store: "media",
      key: "videos/{user}/{id}.{ext}",
      types: ["video/mp4"],
      maxBytes: "5 GB",
      multipartFrom: "8 MiB",
    },
    counted: {
      store: "media",
      key: "counted/{user}/{id}.{ext}",
      types: ["image/jpeg"],
      maxBytes: "10 MB",
      expiresIn: "1 day",
      quota: { uploads: "1000000 / day", bytes: "1000 TB / day", pending: 1_000_000 },
    },
  },
});

/** One policy and one issuer: what the build step can leave most out of. */
export const ONE_POLICY = defineConfig({
  origins: config.origins,
  issuers: [backend],
  stores,
  defaultPolicy: "photo",
  policies: { photo },
});

export const SECRETS = {
  AUTH_SECRET,
  MEDIA_ACCESS_KEY_ID: ACCESS_KEY_ID,
  MEDIA_SECRET_ACCESS_KEY: SECRET_ACCESS_KEY,
  UPLOAD_ID_SECRET: "benchmark-only: anybody may make upload ids with this",
  RECEIPT_PRIVATE_KEY: JSON.stringify({
    kty: "EC",
    crv: "P-256",
    x: "zaZrAslnAi6FhVQcf8uajnnfqiB8nzMolO0bPlBiErw",
    y: "FVZozKCPdXVcVlWKXWxSwifO16FoD-PT9HorG2arlzI",
    d: "KLIYwxtczXOS0Hbfn-nMDIWFtj7SjLmeXJ2pZ_opFrg",
  }),
};
