/** What one isolate has: the configuration and all that is made of it once. */
import type { Config, Policy, Store } from "./config/config.ts";
import { createVerifiers, type Caller, type Verifiers } from "./grant/authenticate.ts";
import type { Outside } from "./grant/jwks.ts";
import type { Limiter, RateLimitBinding } from "./http/rate-limit.ts";
import type { LedgerApi } from "./ledger/durable-object.ts";
import { createReceipts, type Receipts } from "./ledger/receipt.ts";
import type { Log } from "./log.ts";
import { createUploadIds, type UploadIds } from "./grant/upload-id.ts";
import type { Env } from "./secret.ts";
import { createSigner, type Signer } from "./store/sigv4.ts";

/** The world outside: passed in, so that a test can hold the clock. */
export interface World extends Outside {
  /** Unguessable, of `[0-9a-f-]`. */
  readonly newId: () => string;
  /** From 0 to 1, for what need not be a secret. */
  readonly random: () => number;
  readonly log: Log;
}

interface Signers {
  readonly writer: Signer;
  readonly reader: Signer;
}

export interface Service extends World {
  readonly config: Config;
  /** The id of the deployed version, where the platform tells it. */
  readonly deployment: string | undefined;
  readonly verifiers: Verifiers;
  readonly stores: ReadonlyMap<string, Store>;
  readonly signersOf: (store: Store) => Signers;
  readonly uploadIds: UploadIds;
  readonly receipts: Receipts;
  /** The ledger of one caller; each call is one round trip, and throws where it cannot be reached. */
  readonly ledgerOf: (caller: Caller) => LedgerApi;
  readonly perAddress: Limiter;
  readonly perCaller: Limiter;
}

export function createService(config: Config, env: Env, world: World): Service {
  const policies: readonly Policy[] = [...config.policies.values()];
  const stores = new Map(
    policies.flatMap((policy) => [...policy.stores.values()]).map((store) => [store.name, store]),
  );
  const { perAddress, perCaller } = config.limits;
  return {
    ...world,
    config,
    deployment: bindingOf(env, "VERSION", isVersion)?.id,
    verifiers: createVerifiers(config.issuers, world),
    stores,
    signersOf: createSigners([...stores.values()]),
    uploadIds: createUploadIds(config.uploadIdSecrets),
    receipts: createReceipts(config.receipt),
    ledgerOf: createLedgerOf(env),
    perAddress: {
      name: "address",
      binding: bindingOf(env, "RATE_LIMIT_ADDRESS", isRateLimit),
      limit: perAddress,
    },
    perCaller: {
      name: "caller",
      binding: bindingOf(env, "RATE_LIMIT_CALLER", isRateLimit),
      limit: perCaller,
    },
  };
}

function createSigners(stores: readonly Store[]): (store: Store) => Signers {
  const signers = new Map<Store, Signers>(
    stores.map((store) => [
      store,
      {
        writer: createSigner(store.credentials, store),
        reader: createSigner(store.readCredentials, store),
      },
    ]),
  );
  return (store) => {
    const found = signers.get(store);
    if (found) return found;
    throw new TypeError(`Cannot sign for the store ${store.name}: it is in no policy`);
  };
}

/** What is used of a Durable Object namespace. */
interface LedgerNamespace {
  readonly getByName: (name: string) => LedgerApi;
}

/** One object for each user of each issuer, under a name that tells neither. */
function createLedgerOf(env: Env): (caller: Caller) => LedgerApi {
  const namespace = bindingOf(env, "LEDGER", isLedgerNamespace);
  return (caller) => {
    // A stub is never handed on by a promise, which would take it for one.
    const ask = async <T>(call: (ledger: LedgerApi) => Promise<T>): Promise<T> => {
      if (!namespace)
        throw new TypeError("Cannot reach the ledger: wrangler.toml has no binding LEDGER");
      const name = await ledgerName(caller);
      return call(namespace.getByName(name));
    };
    return {
      reserve: async (reservations) => ask(async (ledger) => ledger.reserve(reservations)),
      attach: async (claims, dueAtMs) => ask(async (ledger) => ledger.attach(claims, dueAtMs)),
      find: async (id) => ask(async (ledger) => ledger.find(id)),
      list: async (query) => ask(async (ledger) => ledger.list(query)),
      isKeyShared: async (id) => ask(async (ledger) => ledger.isKeyShared(id)),
      settle: async (id, outcome) => ask(async (ledger) => ledger.settle(id, outcome)),
    };
  };
}

/** SHA-256 of issuer and user, in hexadecimal digits: who they are stands in no list of objects. */
async function ledgerName({ issuer, user }: Caller): Promise<string> {
  const text = new TextEncoder().encode(JSON.stringify([issuer, user]));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function bindingOf<T>(
  env: Env,
  name: string,
  isBinding: (value: unknown) => value is T,
): T | undefined {
  const binding = env[name];
  return isBinding(binding) ? binding : undefined;
}

function isRateLimit(binding: unknown): binding is RateLimitBinding {
  return typeof binding === "object" && binding !== null && "limit" in binding;
}

function isLedgerNamespace(binding: unknown): binding is LedgerNamespace {
  return typeof binding === "object" && binding !== null && "getByName" in binding;
}

/** Workers' version metadata. */
function isVersion(binding: unknown): binding is { readonly id: string } {
  return (
    typeof binding === "object" &&
    binding !== null &&
    "id" in binding &&
    typeof binding.id === "string"
  );
}
