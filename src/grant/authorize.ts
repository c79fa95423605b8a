/** Caller + Intent → Grant: what a policy allows this caller, or the problem that says what to change. */
import type { Config, Policy, Store } from "../config/config.ts";
import { Problem, invalidRequest } from "../problem.ts";
import type { Checksum } from "../store/checksum.ts";
import type { Caller } from "./authenticate.ts";
import { checkChecksum } from "./checksum.ts";
import { headersOf } from "./headers.ts";
import { lifeOf } from "./lifetime.ts";
import { planParts, type Parts } from "./parts.ts";
import { chooseExtension, isTypeAllowed } from "./content-type.ts";

declare const granted: unique symbol;

/** What a client asks for, in the words of no dialect. */
export interface Intent {
  readonly policy?: string | undefined;
  readonly filename?: string | undefined;
  readonly contentType: string;
  readonly size?: number | undefined;
  readonly checksum?: Checksum | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** Asked for in parts, or refused in parts; left out, the policy decides. */
  readonly multipart?: boolean | undefined;
  /** What a client cuts by itself, in bytes; left out, the service chooses. */
  readonly partSize?: number | undefined;
  /** An operating system sends the file when it likes: the tickets live longer. */
  readonly background?: boolean | undefined;
  /** The client can send no header of the ticket but Content-Type. */
  readonly isContentTypeOnly?: boolean;
}

/** Where the request came from, as Cloudflare tells it in `request.cf`: two letters each. */
export interface Region {
  readonly country: unknown;
  readonly continent: unknown;
  readonly isInEU: boolean;
}

/** The permission for one object. Only `authorize` makes one. */
export interface Grant {
  readonly [granted]: true;
  readonly caller: Caller;
  readonly policy: Policy;
  readonly store: Store;
  readonly contentType: string;
  readonly extension: string;
  readonly filename: string | undefined;
  readonly size: number | undefined;
  /** The most that this caller may send, where the size is not told. */
  readonly maxBytes: number;
  readonly checksum: Checksum | undefined;
  /** How the file is cut; `undefined` for a single PUT. */
  readonly parts: Parts | undefined;
  /** What the client has to send, lower-case names; all of it is signed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly isBackground: boolean;
  readonly expiresInSeconds: number;
}

/** Throws the problem of the first rule that the intent breaks, cheap ones first. */
export function authorize(config: Config, caller: Caller, intent: Intent, region: Region): Grant {
  const policy = findPolicy(config, caller, intent.policy);
  const store = findStore(policy, region);
  if (!isTypeAllowed(intent.contentType, policy.types)) {
    throw new Problem(
      "type-not-allowed",
      `Use one of ${policy.types.join(", ")}: ${intent.contentType} is not allowed`,
    );
  }
  const expiresInSeconds = lifeOf(policy, intent.background);
  checkSize(policy, caller, intent.size);
  const parts = cut(policy, store, intent);
  checkChecksum(policy, intent.checksum, parts && { parts, store });
  const chosen = chooseExtension(intent.contentType, intent.filename);
  if ("fault" in chosen) throw invalidRequest({ pointer: "/filename", detail: chosen.fault });
  const grant: Omit<Grant, typeof granted> = {
    caller,
    policy,
    store,
    contentType: intent.contentType,
    extension: chosen.extension,
    filename: intent.filename,
    size: intent.size,
    maxBytes: limitOf(policy, caller),
    checksum: intent.checksum,
    parts,
    headers: headersOf({ policy, store, intent, isInParts: parts !== undefined }),
    isBackground: intent.background ?? false,
    expiresInSeconds,
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the maker of the brand
  return grant as Grant;
}

/** The policy of that name. Throws `policy-not-found`, and `forbidden` for a token that is not for it. */
export function findPolicy(
  config: Config,
  { narrowing }: Caller,
  name = config.defaultPolicy,
): Policy {
  if (name === undefined) throw invalidRequest({ pointer: "/policy", detail: "is required" });
  const policy = config.policies.get(name);
  if (!policy) throw new Problem("policy-not-found", `There is no policy "${name}"`);
  if (narrowing.policies && !narrowing.policies.includes(name)) {
    throw new Problem("forbidden", `The token is not for the policy "${name}"`);
  }
  return policy;
}

/** These codes are countries too; as a region they are the continent. */
const CONTINENTS = new Set(["AF", "AN", "AS", "EU", "NA", "OC", "SA"]);

/** The store for the caller's country, or the European Union, or the continent, or the default. */
export function findStore({ name, stores }: Policy, { country, continent, isInEU }: Region): Store {
  const store =
    (CONTINENTS.has(String(country)) ? undefined : stores.get(String(country))) ??
    (isInEU ? stores.get("EU") : undefined) ??
    stores.get(String(continent)) ??
    stores.get("default");
  if (!store) throw new TypeError(`Cannot find a store: the policy ${name} has no default`);
  return store;
}

function limitOf({ maxBytes }: Policy, { narrowing }: Caller): number {
  return Math.min(maxBytes, narrowing.maxBytes ?? maxBytes);
}

function checkSize(policy: Policy, caller: Caller, size: number | undefined): void {
  const limit = limitOf(policy, caller);
  if (size === undefined) {
    // Without a size nothing bounds the body: a token that names a bound cannot go without one.
    if (!policy.isSizeRequired && caller.narrowing.maxBytes === undefined) return;
    throw new Problem("size-required", "Send size, the exact length of the file in bytes");
  }
  if (size > limit) {
    throw new Problem("too-large", `The file may have at most ${limit} bytes: it has ${size}`, {
      extras: { limit, actual: size },
    });
  }
  if (size < policy.minBytes) {
    throw invalidRequest({ pointer: "/size", detail: `must be at least ${policy.minBytes}` });
  }
}

/** In parts where the client asks for it, or the policy from this size on; in one PUT where the client cannot else. */
function cut(policy: Policy, { provider }: Store, intent: Intent): Parts | undefined {
  const { multipart, size, partSize } = intent;
  const { multipartFromBytes: from } = policy;
  if (multipart && from === undefined) {
    throw invalidRequest({
      pointer: "/multipart",
      detail: `must be false: "${policy.name}" makes no uploads in parts`,
    });
  }
  const isInParts = multipart ?? (from !== undefined && size !== undefined && size >= from);
  if (!isInParts) {
    if (size === undefined || size <= provider.maxPutBytes) return undefined;
    throw new Problem(
      "too-large",
      `A single PUT may have at most ${provider.maxPutBytes} bytes: leave multipart out`,
      {
        extras: { limit: provider.maxPutBytes, actual: size },
      },
    );
  }
  if (size === undefined)
    throw new Problem("size-required", "Send size: each part's length is signed");
  const parts = planParts(size, provider.maxParts, partSize);
  if (parts) return parts;
  if (partSize !== undefined) {
    const detail = `must be from 5 MiB to 5 GiB, and make at most ${provider.maxParts} parts`;
    throw invalidRequest({ pointer: "/partSize", detail });
  }
  throw new Problem("too-large", `The store takes at most ${provider.maxParts} parts of 5 GiB`);
}
