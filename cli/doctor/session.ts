/** What the probes of one store share: real tickets of its policies, and what has to be tidied up. */
import type { Config, Policy } from "../../src/config/config.ts";
import type { Store } from "../../src/store/store.ts";
import type { Admitted } from "../../src/operation/admit.ts";
import { createMultipart } from "../../src/store/multipart.ts";
import type { StoreAccess } from "../../src/store/request.ts";
import { encodeKey } from "../../src/store/encode-key.ts";
import type { ObjectLocation } from "../../src/store/store.ts";
import { openAdmitted } from "../../src/operation/open-multipart.ts";
import { signPart, signPut, type PartTicket, type Ticket } from "../../src/operation/ticket.ts";
import { createSigner, type Signer } from "../../src/store/sigv4.ts";
import { admitSample, choosePolicy } from "./admit-sample.ts";
import { createAsk, isTaken, type Answer, type Ask } from "./send-request.ts";
import { createLeftovers, type Leftovers } from "./cleanup.ts";
import { SAMPLE } from "./sample.ts";

/** What is asked of the world. */
export interface World {
  readonly nowMs: () => number;
  readonly newId: () => string;
  /** Whoever started it wants it to end: nothing more is put, and what was put is taken away. */
  readonly signal: AbortSignal;
}

export interface Session extends World {
  readonly config: Config;
  readonly store: Store;
  /** Those that put into this store. */
  readonly policies: readonly Policy[];
  /** The store is the one that Wrangler embeds: it knows one key, and is for development. */
  readonly isEmbedded: boolean;
  /** Where clients reach the store, and where the Worker does. */
  readonly origin: string;
  /** Where the embedded store is. */
  readonly embeddedOrigin: string;
  readonly writer: Signer;
  readonly reader: Signer;
  readonly hasReader: boolean;
  readonly ask: Ask;
  readonly asking: (signer: Signer) => StoreAccess;
  /** What every ticket is for, unless a probe changes it. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** A grant of one of the policies, under a key of its own. Throws the signal's reason. */
  readonly admit: () => Promise<Admitted>;
  readonly locate: (admitted: Admitted) => ObjectLocation;
  /** The Worker's own ticket. */
  readonly sign: (admitted: Admitted, nowMs?: number) => Promise<Ticket>;
  /** Begins an upload in parts, which is given up in the end. Throws `StoreUnavailable`. */
  readonly begin: (admitted: Admitted) => Promise<string>;
  readonly leftovers: Leftovers;
}

/** Throws where no key can be the doctor's own. */
export function openSession(
  config: Config,
  store: Store,
  { embeddedOrigin, world }: { readonly embeddedOrigin: string; readonly world: World },
): Session {
  const policies = policiesOf(config, store);
  const policy = choosePolicy(config, policies, store);
  const writer = createSigner(store.credentials, store);
  const reader = createSigner(store.readCredentials, store);
  const asking = (signer: Signer): StoreAccess => ({ signer, now: world.nowMs, fetch });
  const leftovers = createLeftovers({ reader: asking(reader), writer: asking(writer) });
  const locate = ({ key }: Pick<Admitted, "key">): ObjectLocation => ({
    store,
    key: key.encoded,
    requestOrigin: embeddedOrigin,
  });
  return {
    ...world,
    config,
    store,
    policies,
    isEmbedded: store.origin === undefined,
    origin: store.origin ?? embeddedOrigin,
    embeddedOrigin,
    writer,
    reader,
    hasReader: store.readCredentials !== store.credentials,
    ask: createAsk(world.signal),
    asking,
    body: SAMPLE,
    locate,
    async admit() {
      world.signal.throwIfAborted();
      const moment = { nowMs: world.nowMs(), newId: world.newId, requestOrigin: embeddedOrigin };
      return admitSample(config, { policy, store }, moment);
    },
    sign: async (admitted, nowMs = world.nowMs()) =>
      signPut(admitted, { signer: writer, now: new Date(nowMs), requestOrigin: embeddedOrigin }),
    async begin(admitted) {
      const { "content-type": contentType = "" } = admitted.grant.headers;
      const headers = { "content-type": contentType };
      const uploadId = await createMultipart(locate(admitted), headers, asking(writer));
      leftovers.addUpload(locate(admitted), uploadId);
      return uploadId;
    },
    leftovers,
  };
}

/** The policies that put into the store, from whatever region. */
function policiesOf({ policies }: Config, store: Store): readonly Policy[] {
  return [...policies.values()].filter(({ stores }) =>
    [...stores.values()].some(({ name }) => name === store.name),
  );
}

/** Signs the only part of an upload, of any length. */
export async function signOnePart(
  { writer, nowMs }: Session,
  admitted: Admitted,
  { uploadId, bytes }: { readonly uploadId: string; readonly bytes: number },
): Promise<PartTicket> {
  const parts = { size: bytes, partSize: bytes, partCount: 1 };
  const upload = openAdmitted(admitted, { uploadId, parts });
  const part = { partNumber: 1, sha256: undefined, expiresInSeconds: 60 };
  return signPart(upload, part, { signer: writer, now: new Date(nowMs()) });
}

/** A PUT as the ticket says, with what a probe changes. Whatever it stores is taken away in the end. */
export async function put(
  { ask, body, store, embeddedOrigin, leftovers }: Session,
  { url, headers }: Pick<Ticket, "url" | "headers">,
  changes: {
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: Uint8Array<ArrayBuffer>;
    readonly url?: string;
  } = {},
): Promise<Answer> {
  const at = changes.url ?? url;
  const path = new URL(at).pathname.slice(store.basePath.length);
  const key = encodeKey(decodeURIComponent(path));
  const remember = () => leftovers.addObject({ store, key, requestOrigin: embeddedOrigin });
  try {
    const answer = await ask(at, {
      method: "PUT",
      headers: { ...headers, ...changes.headers },
      body: changes.body ?? body,
    });
    if (isTaken(answer)) remember();
    return answer;
  } catch (error) {
    // It may have arrived all the same.
    remember();
    throw error;
  }
}
