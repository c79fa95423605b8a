/** The configuration and what is created from it, once per isolate, for all of its requests. */
import type { Fetch } from "./bounded-fetch.ts";
import type { Config } from "./config/config.ts";
import type { RateLimit as Rate } from "./config/units.ts";
import type { Verifiers } from "./grant/authenticate.ts";
import type { Owner } from "./grant/owner.ts";
import type { UploadIds } from "./grant/upload-id.ts";
import type { Hooks } from "./hooks.ts";
import type { Ledger } from "./ledger/client.ts";
import type { AuditSender } from "./audit/deliver.ts";
import type { KnownRevocations } from "./ledger/known-revocations.ts";
import type { Receipts } from "./ledger/receipt.ts";
import type { Log } from "./log.ts";
import type { Meter } from "./meter.ts";
import type { Observer } from "./observe/observer.ts";
import type { Tracing } from "./observe/tracing.ts";
import type { Watch } from "./observe/watch.ts";
import type { Signer } from "./store/sigv4.ts";
import type { Store } from "./store/store.ts";

/** Clock, randomness, network and log: passed in, so that a test controls them. */
export interface Dependencies {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Unguessable, of `[0-9a-f-]`. */
  readonly newId: () => string;
  /** From 0 to 1, not for secrets. */
  readonly random: () => number;
  readonly fetch: Fetch;
  /** Lets work continue after the response. */
  readonly waitUntil: (work: Promise<unknown>) => void;
  readonly log: Log;
  readonly tracing?: Tracing | undefined;
}

/** A rate-limit binding with the limit that it is set to. */
export interface RateLimiter {
  readonly name: "address" | "caller";
  readonly binding:
    | { readonly limit: (options: { key: string }) => Promise<{ readonly success: boolean }> }
    | undefined;
  readonly limit: Rate;
}

export interface Signers {
  readonly writer: Signer;
  readonly reader: Signer;
}

export interface Service extends Dependencies {
  readonly config: Config;
  readonly hooks: Hooks;
  /** For the ledgers; `undefined` where the configuration has no audit. */
  readonly audit: AuditSender | undefined;
  /** The id of the deployed version, where the platform provides it. */
  readonly deployment: string | undefined;
  readonly verifiers: Verifiers;
  /** They accept no token of a user. */
  readonly adminVerifiers: Verifiers;
  readonly stores: ReadonlyMap<string, Store>;
  readonly signersOf: (store: Store) => Signers;
  readonly uploadIds: UploadIds;
  /** `undefined` where the configuration has no `revocations: true`. */
  readonly revocations: KnownRevocations | undefined;
  readonly receipts: Receipts;
  /** Returns the `fetch` of a service binding. */
  readonly fetchOf: (binding: string) => Fetch;
  readonly ledgerOf: (owner: Pick<Owner, "digest">) => Ledger;
  readonly perAddress: RateLimiter;
  readonly perCaller: RateLimiter;
  /** `undefined` where `wrangler.toml` has no binding `METRICS`. */
  readonly meter?: Meter | undefined;
  /** `undefined` where no request is watched. */
  readonly observer: Observer | undefined;
  /** Of this request, where somebody watches it. */
  readonly watch?: Watch | undefined;
}
