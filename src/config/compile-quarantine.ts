/** The secrets that policies with a quarantine need: the reading pair that promotes, and those of scanners. */
import type { Env } from "../secret.ts";
import type { Store } from "../store/store.ts";
import { isReceiverUrl, WEBHOOK_SECRETS, parseWebhookSecrets } from "./compile-proof.ts";
import type { ScannerSecrets, Webhook } from "./config.ts";
import type { ErrorCollector } from "./errors.ts";
import type { Quarantine } from "./quarantine-schema.ts";
import { requireReadPair } from "./read-credentials.ts";

export interface QuarantinedPolicy {
  readonly name: string;
  readonly stores: ReadonlyMap<string, Store>;
  readonly quarantine?: Quarantine | undefined;
}

/** Returns the secrets of scanners, with each error collected. */
export function compileQuarantines(
  policies: readonly QuarantinedPolicy[],
  { env, isLocal }: { readonly env: Env; readonly isLocal: boolean },
  errors: ErrorCollector,
): ScannerSecrets {
  const secrets = new Map<string, Webhook["secrets"]>();
  for (const { name, stores, quarantine } of policies) {
    if (!quarantine) continue;
    for (const store of new Set(stores.values())) requireReadPair(store, env, errors);
    const { scanner } = quarantine;
    if (!scanner) continue;
    if (scanner.url !== undefined && !isReceiverUrl(scanner.url, isLocal))
      errors
        .at("policies")
        .at(name)
        .at("quarantine")
        .at("scanner")
        .at("url")
        .add("must be an https URL");
    const secret = errors.requireSecret(env, scanner.secret);
    const parsed = secret.parse(parseWebhookSecrets);
    if (parsed) secrets.set(scanner.secret, parsed);
    else if (secret.reveal() !== "")
      errors.at("secrets").at(scanner.secret).add(`must be ${WEBHOOK_SECRETS}`);
  }
  return secrets;
}
