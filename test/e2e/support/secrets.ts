/** Secrets of a deployment: a production configuration refuses those of `npm run dev`, which are public. */
import { DEVELOPMENT_SECRETS } from "../../../dev/secrets.ts";

export const SECRETS = {
  ...DEVELOPMENT_SECRETS,
  AUTH_SECRET: "a shared secret of more than thirty-two characters",
  ADMIN_SECRET: "an admin secret of more than thirty-two characters",
  UPLOAD_ID_SECRET: "an upload id secret of more than thirty-two characters",
  RECEIPT_PRIVATE_KEY: JSON.stringify({
    kty: "EC",
    crv: "P-256",
    x: "R_uiDcPKOHiWixXatvyk1_BBzPsPAntD5CGoHG5s93o",
    y: "haISAH5NExherYcU_A1ZrkCpTPcH4J30qFYo1_szepk",
    d: "HZrSq-OLZffsc77THeXK75DDQgI43w-NztFTEl38NsE",
  }),
  WEBHOOK_SECRET: `whsec_${btoa("a webhook secret of the end-to-end tests")}`,
  AUDIT_SECRET: `whsec_${btoa("an audit secret of the end-to-end tests")}`,
} as const;
