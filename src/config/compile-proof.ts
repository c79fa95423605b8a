/** The secrets and the address with which an upload is proven to others: receipts and webhooks. */
import * as z from "zod/mini";
import type { Env, Secret } from "../secret.ts";
import type { Webhook } from "./config.ts";
import type { Mistakes } from "./errors.ts";

/** A private key for ES256 (RFC 7518 section 6.2). */
const privateKeySchema = z.object({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: z.string(),
  y: z.string(),
  d: z.string(),
  kid: z.optional(z.string()),
});
export type PrivateKey = z.output<typeof privateKeySchema>;

const RECEIPT_KEY = "RECEIPT_PRIVATE_KEY";
const WEBHOOK_SECRET = "WEBHOOK_SECRET";
const MIN_WEBHOOK_SECRET_BYTES = 24;

export function compileReceiptKey(env: Env, mistakes: Mistakes): Secret | undefined {
  const secret = mistakes.requireSecret(env, RECEIPT_KEY);
  if (secret && !parsePrivateKeys(secret)) {
    const says =
      "must be a private JWK for ES256 (EC, P-256), or a JWK Set of such with the newest first";
    mistakes.at("secrets").at(RECEIPT_KEY).add(says);
  }
  return secret;
}

/** The keys of a JWK, or of a JWK Set with the newest first; `undefined` where it is neither. */
export function parsePrivateKeys(
  secret: Secret,
): readonly [PrivateKey, ...PrivateKey[]] | undefined {
  const set = z.object({ keys: z.array(privateKeySchema) });
  const parsed = z.union([set, privateKeySchema]).safeParse(parseJson(secret.reveal()));
  if (!parsed.success) return undefined;
  const [first, ...rest] = "keys" in parsed.data ? parsed.data.keys : [parsed.data];
  return first && [first, ...rest];
}

interface Surroundings {
  readonly env: Env;
  readonly isLocal: boolean;
}

/** `WEBHOOK_URL` of the environment goes before the configuration's own. */
export function compileWebhook(
  configured: string | undefined,
  { env, isLocal }: Surroundings,
  mistakes: Mistakes,
): Webhook | undefined {
  const fromEnv = env["WEBHOOK_URL"];
  const url = typeof fromEnv === "string" && fromEnv !== "" ? fromEnv : configured;
  if (url === undefined) return undefined;
  const isSafe = /^https:\/\/[^/@\s]+(\/\S*)?$/.test(url) && URL.canParse(url);
  const isLoopback = isLocal && /^http:\/\/(localhost|127\.0\.0\.1)[:/]/.test(url);
  if (!isSafe && !isLoopback) mistakes.at("webhook").at("url").add("must be an https URL");
  const secret = mistakes.requireSecret(env, WEBHOOK_SECRET);
  if (secret && !parseWebhookSecrets(secret)) {
    const says =
      "must be whsec_ and base64 of at least 24 bytes; during a rotation several, with a space between";
    mistakes.at("secrets").at(WEBHOOK_SECRET).add(says);
  }
  return secret && { url, secret };
}

/** Standard Webhooks 1.0: `whsec_` and base64. Every one of several signs. */
export function parseWebhookSecrets(
  secret: Secret,
): readonly Uint8Array<ArrayBuffer>[] | undefined {
  const secrets = secret.reveal().split(" ").map(decodeWebhookSecret);
  const found = secrets.filter((bytes) => bytes !== undefined);
  return found.length === secrets.length ? found : undefined;
}

function decodeWebhookSecret(text: string): Uint8Array<ArrayBuffer> | undefined {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1];
  if (base64 === undefined || base64.length % 4 !== 0) return undefined;
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return bytes.length < MIN_WEBHOOK_SECRET_BYTES ? undefined : bytes;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
