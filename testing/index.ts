/** `edge-presigner/testing`: the Worker with its configuration and an embedded store, for tests of apps. */
import { resolve } from "node:path";
import { mintDevelopmentToken } from "../cli/mint.ts";
import type { ConfigDefinition } from "../src/define.ts";
import { openServer } from "./open-server.ts";
import type { StoreFailure, StoredObject, Webhook } from "./messages.ts";

export type { StoreFailure, Webhook } from "./messages.ts";

export interface StartOptions {
  /** A file, or what `defineConfig` returned: `presigner.config.ts` by default. */
  readonly config?: string | ConfigDefinition;
  /** The folder of the project: the current one by default. Its `wrangler.toml` may name a Worker of its own. */
  readonly folder?: string;
  /** Variables and secrets of the Worker. Those that a configuration needs are made up. */
  readonly vars?: Readonly<Record<string, string>>;
}

/** An object in the embedded store. */
export interface StoredFile extends StoredObject {
  readonly read: () => Promise<Uint8Array<ArrayBuffer>>;
}

export interface TestPresigner {
  /** Where the Worker answers: `http://127.0.0.1:` and a port. */
  readonly url: string;
  /** Returns a bearer token of an hour for that user: any text. `claims` are for key templates and restrictions. */
  readonly tokenFor: (user: string, claims?: Readonly<Record<string, unknown>>) => Promise<string>;
  /** Returns what is in the store, in the order of the keys. */
  readonly objects: () => Promise<readonly StoredFile[]>;
  /** Returns the webhooks that were sent, the earliest first. With `count` it waits up to 10 seconds for so many. */
  readonly webhooks: (options?: { readonly count?: number }) => Promise<readonly Webhook[]>;
  /** Lets the store fail, for apps and for the Worker, until the returned function is called. */
  readonly breakStore: (failure?: StoreFailure) => Promise<() => Promise<void>>;
  /** Empties the store, the ledgers and the list of webhooks, and repairs the store. */
  readonly reset: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Starts the Worker, in a process of its own. Rejects with every error of the configuration. */
export async function startPresigner({
  config = "presigner.config.ts",
  folder = ".",
  vars = {},
}: StartOptions = {}): Promise<TestPresigner> {
  const server = await openServer({ config, folder: resolve(folder), vars });
  return {
    url: server.url,
    tokenFor: async (user, claims) =>
      mintDevelopmentToken(user, { claims, expiresInSeconds: 3600 }),
    objects: async () => {
      const objects = await server.call("objects", {});
      return objects.map((object) => ({
        ...object,
        read: async () => {
          const { base64 } = await server.call("read", { store: object.store, key: object.key });
          return Uint8Array.from(Buffer.from(base64, "base64"));
        },
      }));
    },
    webhooks: async ({ count = 0 } = {}) => server.call("webhooks", { count }),
    breakStore: async (failure = {}) => {
      await server.call("breakStore", { failure });
      return async () => void (await server.call("breakStore", {}));
    },
    reset: async () => void (await server.call("reset", {})),
    close: server.close,
  };
}
