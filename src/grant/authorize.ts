/** Caller + Intent → Grant: what a policy allows this caller. */
import type { Config, Policy } from "../config/config.ts";
import { Problem, invalidRequest } from "../problem.ts";
import type { Checksum } from "../store/checksum.ts";
import type { Store } from "../store/store.ts";
import type { Caller } from "./authenticate.ts";
import { checkChecksum } from "./checksum.ts";
import { chooseExtension, isTypeAllowed, matchesPattern } from "./content-type.ts";
import { objectHeaders } from "./headers.ts";
import type { Intent } from "./intent.ts";
import { ticketLifetime } from "./lifetime.ts";
import { describeBytes } from "../describe-bytes.ts";
import { MAX_PART_BYTES, leastPartSize, planParts, type Parts } from "./parts.ts";
import { quotaOwnerOf, type QuotaOwner } from "./quota-owner.ts";
import { findStore, type Region } from "./region.ts";

declare const granted: unique symbol;

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
  /** The most bytes that this caller may send where the size is unknown. */
  readonly maxBytes: number;
  readonly checksum: Checksum | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  /** The parts of a multipart upload; `undefined` for a single PUT. */
  readonly parts: Parts | undefined;
  /** The headers that the client must send, with lower-case names. All are signed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly isBackground: boolean;
  /** Whose ledger reserves the upload, where the policy has a quota. */
  readonly quotaOwner: QuotaOwner;
  readonly expiresInSeconds: number;
}

/** Where and when a caller asks. */
export interface Moment {
  readonly region: Region;
  readonly now: Date;
  /** One of the policy's stores, in place of the one of the region. */
  readonly store?: Store | undefined;
}

/** Returns the grant. Throws the problem of the first rule that the intent breaks. */
export function authorize(
  config: Config,
  caller: Caller,
  intent: Intent,
  { region, now, store: named }: Moment,
): Grant {
  const policy = findPolicy(config, caller, intent.policy);
  const store = named ?? findStore(policy, region);
  if (!isTypeAllowed(intent.contentType, policy.types)) {
    throw typeNotAllowed(policy, intent.contentType);
  }
  const { types } = caller.scope;
  if (types && !isTypeAllowed(intent.contentType, types))
    throw typeNotAllowed({ name: policy.name, types }, intent.contentType);
  const expiresInSeconds = ticketLifetime(policy, {
    caller,
    now,
    isBackground: intent.background,
  });
  checkSize(policy, caller, intent.size);
  const parts = chooseParts(policy, store, intent);
  checkChecksum(policy, intent.checksum, parts && { parts, store });
  const chosen = chooseExtension(intent.contentType, intent.filename);
  if ("error" in chosen) throw invalidRequest({ pointer: "/filename", detail: chosen.error });
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
    metadata: intent.metadata ?? {},
    parts,
    headers: objectHeaders({ policy, store, intent, isMultipart: parts !== undefined }),
    isBackground: intent.background ?? false,
    quotaOwner: quotaOwnerOf(policy, caller),
    expiresInSeconds,
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the maker of the brand
  return grant as Grant;
}

/** Returns the policy of that name. Throws `policy-not-found`, `invalid-request` for one of credentials, and `forbidden` for a token restricted to others. */
export function findPolicy(config: Config, { scope }: Caller, name = config.defaultPolicy): Policy {
  if (name === undefined) throw invalidRequest({ pointer: "/policy", detail: "is required" });
  const policy = config.policies.get(name);
  if (!policy) throw noTickets(config, name);
  if (scope.policies && !scope.policies.includes(name)) {
    throw new Problem("forbidden", `The token is restricted to other policies than "${name}"`);
  }
  return policy;
}

function noTickets({ credentialPolicies }: Config, name: string): Problem {
  if (!credentialPolicies.has(name))
    return new Problem("policy-not-found", `There is no policy "${name}"`);
  const detail = `must be a policy that gives tickets: "${name}" gives credentials, with POST /v1/credentials`;
  return invalidRequest({ pointer: "/policy", detail });
}

function typeNotAllowed(
  { name, types }: { readonly name: string; readonly types: readonly string[] },
  contentType: string,
): Problem {
  const detail = matchesPattern(contentType, types)
    ? `Use another type: a browser could run ${contentType}, so the policy "${name}" has to name it`
    : `Use one of ${types.join(", ")}: ${contentType} is not allowed`;
  return new Problem("type-not-allowed", detail);
}

/** Returns the most bytes that a file of this caller may have. */
export function limitOf({ maxBytes }: Policy, { scope }: Caller): number {
  return Math.min(maxBytes, scope.maxBytes ?? maxBytes);
}

function checkSize(policy: Policy, caller: Caller, size: number | undefined): void {
  const limit = limitOf(policy, caller);
  if (size === undefined) {
    // Without a size nothing limits the body, so a token with a limit requires one.
    if (policy.size === "optional" && caller.scope.maxBytes === undefined) return;
    throw new Problem("size-required", "Send size, the exact length of the file in bytes");
  }
  if (size > limit) {
    throw new Problem(
      "too-large",
      `The file has ${describeBytes(size)}: at most ${describeBytes(limit)} are allowed`,
      {
        extras: { limit, actual: size },
      },
    );
  }
  if (size < policy.minBytes) {
    throw invalidRequest({ pointer: "/size", detail: `must be at least ${policy.minBytes}` });
  }
}

/** Multipart where the client asks for it, or from the policy's size on; otherwise a single PUT. */
function chooseParts(policy: Policy, { provider }: Store, intent: Intent): Parts | undefined {
  const { multipart, size, partSize } = intent;
  const { multipartFrom: from } = policy;
  if (multipart && from === undefined) {
    throw invalidRequest({
      pointer: "/multipart",
      detail: `must be false: the policy "${policy.name}" does not allow multipart uploads`,
    });
  }
  const isMultipart = multipart ?? (from !== undefined && size !== undefined && size >= from);
  if (!isMultipart) {
    if (size === undefined || size <= provider.maxPutBytes) return undefined;
    throw new Problem(
      "too-large",
      `A single PUT may have at most ${describeBytes(provider.maxPutBytes)}: leave multipart out`,
      {
        extras: { limit: provider.maxPutBytes, actual: size },
      },
    );
  }
  if (size === undefined)
    throw new Problem("size-required", "Send size: the length of each part is signed");
  const parts = planParts(size, provider.maxParts, partSize);
  if (parts) return parts;
  if (partSize !== undefined) {
    const least = leastPartSize(size, provider.maxParts);
    const detail = `must be from ${least} to ${MAX_PART_BYTES}, for at most ${provider.maxParts} parts`;
    throw invalidRequest({ pointer: "/partSize", detail });
  }
  throw new Problem("too-large", `The store accepts at most ${provider.maxParts} parts of 5 GiB`);
}
