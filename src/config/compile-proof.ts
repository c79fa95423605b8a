/** Compiles what proves an upload to others: the keys of receipts, and the URLs and secrets of webhooks and audit. */
import { readSecret, type Env, type Secret } from "../secret.ts";
import type { Audit, Webhook } from "./config.ts";
import type { ErrorCollector } from "./errors.ts";
import { parsePrivateKeys, type PrivateKeys } from "./private-key.ts";

const RECEIPT_KEY = "RECEIPT_PRIVATE_KEY";
const MIN_WEBHOOK_SECRET_BYTES = 24;
/** What `parseWebhookSecrets` expects. */
export const WEBHOOK_SECRETS =
  "whsec_ and base64 of at least 24 bytes; during a rotation several, with a space between";

/** Returns the keys, or `undefined` with the error collected. */
export function compileReceiptKeys(
  env: Env,
  errors: ErrorCollector,
): Secret<PrivateKeys> | undefined {
  return requireParsed(errors, env, {
    name: RECEIPT_KEY,
    parse: parsePrivateKeys,
    expected: "a private JWK for ES256 (EC, P-256), or a JWK Set of such with the newest first",
  });
}

interface WebhookContext {
  readonly env: Env;
  /** The embedded store is used: then a receiver on a loopback host is allowed. */
  readonly isLocal: boolean;
}

/** Returns the webhook, if there is one. The variable `WEBHOOK_URL` replaces the configured URL. */
export function compileWebhook(
  configured: string | undefined,
  { env, isLocal }: WebhookContext,
  errors: ErrorCollector,
): Webhook | undefined {
  const url = readSecret(env, "WEBHOOK_URL")?.reveal() ?? configured;
  if (url === undefined) return undefined;
  return compileReceiver(url, { name: "webhook", env, isLocal }, errors);
}

/** The audit as it is written in the configuration. */
export interface AuditPlan {
  readonly source: string;
  readonly queue?: string | undefined;
  readonly url?: string | undefined;
}

/** Returns where the audit is sent, if there is one. The variable `AUDIT_URL` replaces the configured queue or URL. */
export function compileAudit(
  configured: AuditPlan | undefined,
  context: WebhookContext,
  errors: ErrorCollector,
): Audit | undefined {
  const override = readSecret(context.env, "AUDIT_URL")?.reveal();
  const audit =
    override === undefined
      ? configured
      : { source: configured?.source ?? "edge-presigner", url: override };
  if (!audit) return undefined;
  const { source, queue, url }: AuditPlan = audit;
  // `edge-presigner dev` leaves the URL of the deployment out.
  if (context.isLocal && queue === undefined && url === undefined) return undefined;
  if ((queue === undefined) === (url === undefined))
    errors.at("audit").add('must have either "queue" or "url"');
  if (queue !== undefined) return { kind: "queue", source, binding: queue };
  if (url === undefined) return undefined;
  const receiver = compileReceiver(url, { name: "audit", ...context }, errors);
  return receiver && { kind: "url", source, ...receiver };
}

function compileReceiver(
  url: string,
  { name, env, isLocal }: WebhookContext & { readonly name: "webhook" | "audit" },
  errors: ErrorCollector,
): Webhook | undefined {
  if (!isReceiverUrl(url, isLocal)) errors.at(name).at("url").add("must be an https URL");
  const secrets = requireParsed(errors, env, {
    name: `${name.toUpperCase()}_SECRET`,
    parse: parseWebhookSecrets,
    expected: WEBHOOK_SECRETS,
  });
  return secrets && { url, secrets };
}

/** Returns whether something can be sent there that nobody else may read. `isLocal` allows a loopback host. */
export function isReceiverUrl(url: string, isLocal: boolean): boolean {
  const isSafe = /^https:\/\/[^/@\s]+(\/\S*)?$/.test(url) && URL.canParse(url);
  return isSafe || (isLocal && /^http:\/\/(localhost|127\.0\.0\.1)[:/]/.test(url));
}

interface Expected<T> {
  readonly name: string;
  readonly parse: (value: string) => T | undefined;
  readonly expected: string;
}

function requireParsed<T>(
  errors: ErrorCollector,
  env: Env,
  { name, parse, expected }: Expected<T>,
): Secret<T> | undefined {
  const secret = errors.requireSecret(env, name);
  if (secret.reveal() === "") return undefined;
  const parsed = secret.parse(parse);
  if (!parsed) errors.at("secrets").at(name).add(`must be ${expected}`);
  return parsed;
}

/** Returns the secrets (Standard Webhooks 1.0: `whsec_` and base64), or `undefined` if one is invalid. */
export function parseWebhookSecrets(text: string): readonly Uint8Array<ArrayBuffer>[] | undefined {
  const secrets = text.split(" ").map(decodeWebhookSecret);
  const valid = secrets.filter((bytes) => bytes !== undefined);
  return valid.length === secrets.length ? valid : undefined;
}

function decodeWebhookSecret(text: string): Uint8Array<ArrayBuffer> | undefined {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1];
  if (base64 === undefined || base64.length % 4 !== 0) return undefined;
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return bytes.length < MIN_WEBHOOK_SECRET_BYTES ? undefined : bytes;
}
