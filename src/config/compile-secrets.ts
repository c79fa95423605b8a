/** Compiles the secrets of a configuration, and checks them against each other. */
import { readSecret, type Env, type Secret } from "../secret.ts";
import type { Credentials, Store } from "../store/store.ts";
import { checkSecrets } from "./check-secrets.ts";
import { compileIdSecrets } from "./compile-id-secrets.ts";
import {
  compileAudit,
  compileReceiptKeys,
  compileWebhook,
  type AuditPlan,
} from "./compile-proof.ts";
import { compileQuarantines, type QuarantinedPolicy } from "./compile-quarantine.ts";
import type { Config, Issuer } from "./config.ts";
import type { ErrorCollector } from "./errors.ts";
import { isAnyPort } from "./origins.ts";
import type { PrivateKeys } from "./private-key.ts";

interface Secured {
  readonly stores: readonly Store[];
  readonly credentialPolicies: readonly { readonly parent: Credentials }[];
  readonly policies: readonly QuarantinedPolicy[];
  readonly issuers: readonly Issuer[];
  /** As they are written in the configuration. */
  readonly origins: readonly string[];
  readonly webhookUrl: string | undefined;
  readonly audit: AuditPlan | undefined;
}

interface Secrets extends Pick<
  Config,
  "idSecrets" | "webhook" | "audit" | "scannerSecrets" | "isDevelopment"
> {
  /** Sign receipts; `undefined` for invalid ones. */
  readonly keys: Secret<PrivateKeys> | undefined;
}

const PROOF_SECRETS = ["RECEIPT_PRIVATE_KEY", "WEBHOOK_SECRET", "AUDIT_SECRET"];
/** Returns the secrets beside those of stores and issuers, with each error collected. */
export function compileSecrets(
  { stores, credentialPolicies, policies, issuers, origins, webhookUrl, ...given }: Secured,
  env: Env,
  errors: ErrorCollector,
): Secrets {
  const idSecrets = compileIdSecrets(env, errors);
  const keys = compileReceiptKeys(env, errors);
  const isLocal = stores.some(({ origin }) => origin === undefined);
  const webhook = compileWebhook(webhookUrl, { env, isLocal }, errors);
  const audit = compileAudit(given.audit, { env, isLocal }, errors);
  const scannerSecrets = compileQuarantines(policies, { env, isLocal }, errors);
  const isDevelopment = isLocal || origins.some(isAnyPort);
  const purposes = [
    secretKeysOf(stores),
    credentialPolicies.map(({ parent }) => parent.secretAccessKey),
    ...issuers.flatMap((issuer) => (issuer.kind === "shared-secret" ? [[issuer.secret]] : [])),
    [idSecrets.current, ...(idSecrets.previous ? [idSecrets.previous.secret] : [])],
    ...[...PROOF_SECRETS, ...scannerSecrets.keys()].map((name) =>
      [readSecret(env, name) ?? []].flat(),
    ),
  ];
  checkSecrets(purposes, isDevelopment, errors.at("secrets"));
  return { idSecrets, keys, webhook, audit, scannerSecrets, isDevelopment };
}

/** The keys that sign, without their ids, which are no secret. */
function secretKeysOf(stores: readonly Store[]): readonly Secret[] {
  return stores.flatMap(({ credentials, readCredentials }) => [
    credentials.secretAccessKey,
    readCredentials.secretAccessKey,
  ]);
}
