/** Opens the session that the probes of one store share: tickets of its policies, signers, and the cleanup. */
import type { Config, Policy } from "../../src/config/config.ts";
import type { Store } from "../../src/store/store.ts";
import type { Admitted } from "../../src/operation/admit.ts";
import { createMultipart } from "../../src/store/multipart.ts";
import type { StoreAccess } from "../../src/store/request.ts";
import { encodeKey } from "../../src/store/encode-key.ts";
import type { ObjectLocation } from "../../src/store/store.ts";
import { ticketLocation } from "../../src/operation/locate.ts";
import { openAdmitted } from "../../src/operation/open-multipart.ts";
import { signPart, signPut, type PartTicket, type Ticket } from "../../src/operation/ticket.ts";
import { createSigner, type Signer } from "../../src/store/sigv4.ts";
import { admitSample, choosePolicy, findPolicy } from "./admit-sample.ts";
import { createRequestSender, isAccepted, type Answer, type SendRequest } from "./send-request.ts";
import { createChunkedSender, type SendChunked } from "./send-chunked.ts";
import { createCleanup, type Cleanup } from "./cleanup.ts";
import { SAMPLE } from "./sample.ts";

/** The clock, the ids and the interruption. */
export interface SessionContext {
  readonly nowMs: () => number;
  readonly newId: () => string;
  /** Aborted when the user interrupts: nothing more is stored, and what was stored is deleted. */
  readonly signal: AbortSignal;
}

export interface Session extends SessionContext {
  readonly config: Config;
  readonly store: Store;
  /** The policies that use this store. */
  readonly policies: readonly Policy[];
  /** Whether the store is the one that Wrangler embeds for development. It has one key pair. */
  readonly isEmbedded: boolean;
  /** The origin that clients use for the store. */
  readonly origin: string;
  /** The origin of the embedded store. */
  readonly embeddedOrigin: string;
  readonly writer: Signer;
  readonly reader: Signer;
  readonly hasReader: boolean;
  /** The secrets that are not known here: the configuration has placeholders for them. */
  readonly missingSecrets: readonly string[];
  readonly sendRequest: SendRequest;
  readonly sendChunked: SendChunked;
  readonly accessWith: (signer: Signer) => StoreAccess;
  /** The body of every upload, unless a probe changes it. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** Returns an admitted upload under a new key, of the policy with the fewest requirements or of another. Throws the signal's reason. */
  readonly admit: (under?: Policy) => Promise<Admitted>;
  /** The same for an upload in parts: of a policy that has them, as other keys may lack the rights. */
  readonly admitParts: () => Promise<Admitted>;
  /** Returns where its ticket leads. */
  readonly locate: (admitted: Admitted) => ObjectLocation;
  /** Returns the ticket that the Worker would issue. */
  readonly sign: (admitted: Admitted, nowMs?: number) => Promise<Ticket>;
  /** Creates a multipart upload, which the cleanup aborts. Throws `StoreUnavailable`. */
  readonly createUpload: (admitted: Admitted) => Promise<string>;
  readonly cleanup: Cleanup;
}

/** Returns the session. Throws `InvalidArgumentError` if no policy has keys that are unique to doctor. */
export function openSession(
  config: Config,
  store: Store,
  {
    embeddedOrigin,
    context,
    missingSecrets = [],
  }: {
    readonly embeddedOrigin: string;
    readonly context: SessionContext;
    readonly missingSecrets?: readonly string[];
  },
): Session {
  const policies = policiesOf(config, store);
  const policy = choosePolicy(config, policies, store);
  const multipart = policies.filter(({ multipartFrom }) => multipartFrom !== undefined);
  const admit = async (under = policy) => {
    context.signal.throwIfAborted();
    const moment = {
      nowMs: context.nowMs(),
      newId: context.newId,
      requestOrigin: embeddedOrigin,
    };
    return admitSample(config, { policy: under, store }, moment);
  };
  const writer = createSigner(store.credentials, store);
  const reader = createSigner(store.readCredentials, store);
  const accessWith = (signer: Signer): StoreAccess => ({ signer, now: context.nowMs, fetch });
  const cleanup = createCleanup({ reader: accessWith(reader), writer: accessWith(writer) });
  return {
    ...context,
    config,
    store,
    policies,
    isEmbedded: store.origin === undefined,
    origin: store.origin ?? embeddedOrigin,
    embeddedOrigin,
    writer,
    reader,
    hasReader: store.readCredentials !== store.credentials,
    missingSecrets,
    sendRequest: createRequestSender(context.signal),
    sendChunked: createChunkedSender(context.signal),
    accessWith,
    body: SAMPLE,
    locate: ticketLocation,
    admit,
    admitParts: async () => admit(findPolicy(config, multipart) ?? policy),
    sign: async (admitted, nowMs = context.nowMs()) =>
      signPut(admitted, { signer: writer, now: new Date(nowMs) }),
    async createUpload(admitted) {
      const { "content-type": contentType = "" } = admitted.grant.headers;
      const headers = { "content-type": contentType };
      const uploadId = await createMultipart(ticketLocation(admitted), headers, accessWith(writer));
      cleanup.addUpload(ticketLocation(admitted), uploadId);
      return uploadId;
    },
    cleanup,
  };
}

/** Returns the policies that use the store, for any region. */
function policiesOf({ policies }: Config, store: Store): readonly Policy[] {
  return [...policies.values()].filter(({ stores }) =>
    [...stores.values()].some(({ name }) => name === store.name),
  );
}

/** Returns the ticket for the only part of an upload, of any length. */
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

/** Sends the PUT of a ticket, with the changes of a probe. The cleanup deletes what it stores. */
export async function put(
  { sendRequest, sendChunked, body, store, embeddedOrigin, cleanup }: Session,
  { url, headers }: Pick<Ticket, "url" | "headers">,
  changes: {
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: Uint8Array<ArrayBuffer>;
    readonly url?: string;
    /** Sends the body in chunks, whatever the headers say of its length. */
    readonly isChunked?: true;
  } = {},
): Promise<Answer> {
  const at = changes.url ?? url;
  const path = new URL(at).pathname.slice(store.basePath.length);
  const key = encodeKey(decodeURIComponent(path));
  const remember = () => cleanup.addObject({ store, key, requestOrigin: embeddedOrigin });
  try {
    const request = {
      method: "PUT",
      headers: { ...headers, ...changes.headers },
      body: changes.body ?? body,
    };
    const answer = await (changes.isChunked ? sendChunked : sendRequest)(at, request);
    if (isAccepted(answer)) remember();
    return answer;
  } catch (error) {
    // The store may have received it.
    remember();
    throw error;
  }
}
