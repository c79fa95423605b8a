/** What the probes of one store share: real tickets of its policies, and what has to be tidied up. */
import { InvalidArgumentError } from "commander";
import type { Config, Policy, Store } from "../../src/config/config.ts";
import type { Template } from "../../src/config/template.ts";
import type { Admitted } from "../../src/grant/admit.ts";
import { authorize } from "../../src/grant/authorize.ts";
import { deleteObject } from "../../src/store/object.ts";
import type { Asking, Location } from "../../src/store/s3.ts";
import { sign, type Ticket } from "../../src/store/sign.ts";
import { createSigner, type Signer } from "../../src/store/sigv4.ts";
import { callerOf, completeClaims } from "../simulate/caller.ts";
import { admissionOf, admitUnused } from "../simulate/admission.ts";
import { ask, type Answer, type Ask } from "./ask.ts";
import { DIGESTS, SAMPLE, sampleOf } from "./sample.ts";

/** What is asked of the world. */
export interface World {
  readonly nowMs: () => number;
  readonly newId: () => string;
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
  readonly writer: Signer;
  readonly reader: Signer;
  readonly hasReader: boolean;
  readonly ask: Ask;
  readonly asking: (signer: Signer) => Asking;
  /** What every ticket is for, unless a probe changes it. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** A grant of one of the policies, under a key of its own that is tidied up in the end. */
  readonly admit: () => Promise<Admitted>;
  readonly locate: (admitted: Admitted) => Location;
  /** The Worker's own ticket. */
  readonly sign: (admitted: Admitted, nowMs?: number) => Promise<Ticket>;
  /** Deletes what the probes left; the keys that these credentials may not delete. */
  readonly tidy: () => Promise<readonly string[]>;
}

/** A user whom no issuer has, another one for each ticket: so each has a key of its own, whatever the template. */
const USER = "edge-presigner-doctor";
/** Anywhere: the store was chosen already. */
const NOWHERE = { country: undefined, continent: undefined, isInEU: false };

/** Throws where no policy of the store has a type that is known here. */
export function openSession(
  config: Config,
  store: Store,
  { embeddedOrigin, world }: { readonly embeddedOrigin: string; readonly world: World },
): Session {
  const policies = policiesOf(config, store);
  const policy = choosePolicy(policies, store);
  const writer = createSigner(store.credentials, store);
  const reader = createSigner(store.readCredentials, store);
  const origin = store.origin ?? embeddedOrigin;
  const asking = (signer: Signer): Asking => ({ signer, now: world.nowMs, fetch });
  const left: Location[] = [];
  const locate = ({ key }: Admitted): Location => ({
    store,
    encodedKey: key.encoded,
    origin: embeddedOrigin,
  });
  return {
    ...world,
    config,
    store,
    policies,
    isEmbedded: store.origin === undefined,
    origin,
    writer,
    reader,
    hasReader: store.readCredentials !== store.credentials,
    ask,
    asking,
    body: SAMPLE,
    locate,
    async admit() {
      const admitted = await admitOne(config, { policy, store }, world, embeddedOrigin);
      left.push(locate(admitted));
      return admitted;
    },
    sign: async (admitted, nowMs = world.nowMs()) =>
      sign(admitted, { signer: writer, now: new Date(nowMs), requestOrigin: embeddedOrigin }),
    async tidy() {
      const kept = await Promise.all(
        left.map(async (location) => {
          const byReader = await deleteObject(location, asking(reader)).catch(() => false);
          const isGone =
            byReader || (await deleteObject(location, asking(writer)).catch(() => false));
          return isGone ? [] : [decodeURIComponent(location.encodedKey)];
        }),
      );
      return kept.flat();
    },
  };
}

/** The policies that put into the store, from whatever region. */
function policiesOf({ policies }: Config, store: Store): readonly Policy[] {
  return [...policies.values()].filter(({ stores }) =>
    [...stores.values()].some(({ name }) => name === store.name),
  );
}

/** The one that asks least of a file. */
function choosePolicy(policies: readonly Policy[], { name }: Store): Policy {
  const [first] = policies
    .filter(({ types }) => sampleOf(types) !== undefined)
    .toSorted((a, b) => costOf(a) - costOf(b));
  if (first) return first;
  throw new InvalidArgumentError(
    `Cannot try the store ${name}: the types of its policies are not known here.`,
  );
}

const costOf = ({ isOverwriteAllowed, isChecksumRequired }: Policy) =>
  (isOverwriteAllowed ? 2 : 0) + (isChecksumRequired ? 1 : 0);

async function admitOne(
  config: Config,
  { policy, store }: { readonly policy: Policy; readonly store: Store },
  { nowMs, newId }: World,
  requestOrigin: string,
): Promise<Admitted> {
  const now = nowMs();
  const [issuer] = config.issuers;
  const claims = {
    ...Object.fromEntries(claimsOf(policy.template).map((claim) => [claim, "doctor"])),
    [issuer?.userClaim ?? "sub"]: `${USER}-${newId()}`,
  };
  const caller = await callerOf(config, completeClaims(config, claims, now), now);
  const [contentType, filename] = sampleOf(policy.types) ?? ["text/plain"];
  const [algorithm = "md5"] = policy.checksums;
  // Into this store, whatever the region; what size a file has is nothing to a store.
  const stores = new Map([["default", store]]);
  const size = { minBytes: 0, maxBytes: SAMPLE.length };
  const here = { ...policy, ...size, stores, quota: undefined };
  const grant = authorize(
    { ...config, policies: new Map([[policy.name, here]]) },
    caller,
    {
      policy: policy.name,
      filename,
      contentType,
      size: SAMPLE.length,
      multipart: false,
      ...(policy.isChecksumRequired && {
        checksum: { algorithm, value: DIGESTS[algorithm] },
      }),
    },
    NOWHERE,
  );
  return admitUnused(admissionOf(grant, { nowMs: now, newId, requestOrigin }), now);
}

function claimsOf({ segments }: Template): readonly string[] {
  return segments.flat().flatMap((part) => (part.kind === "claim" ? [part.claim] : []));
}

/** A PUT as the ticket says, with what a probe changes. */
export async function put(
  { ask: send, body }: Session,
  { url, headers }: Pick<Ticket, "url" | "headers">,
  changes: {
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: Uint8Array<ArrayBuffer>;
    readonly url?: string;
  } = {},
): Promise<Answer> {
  return send(changes.url ?? url, {
    method: "PUT",
    headers: { ...headers, ...changes.headers },
    body: changes.body ?? body,
  });
}
