/** Caller + Intent → Grant: what a policy allows this caller, or the problem that says what to change. */
import type { Config, Policy, Store } from "../config/config.ts";
import { Problem, invalidRequest } from "../problem.ts";
import { CHECKSUMS, isDigest, type Checksum } from "../store/checksum.ts";
import type { Caller } from "./authenticate.ts";
import { encodeMetadata, metadataFault } from "./metadata.ts";
import { chooseExtension, isTypeAllowed } from "./type.ts";

declare const granted: unique symbol;

/** What a client asks for, in the words of no dialect. */
export interface Intent {
  readonly policy?: string | undefined;
  readonly filename?: string | undefined;
  readonly contentType: string;
  readonly size?: number | undefined;
  readonly checksum?: Checksum | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
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
  /** What the client has to send, lower-case names; all of it is signed. */
  readonly headers: Readonly<Record<string, string>>;
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
  checkSize(policy, caller, intent.size);
  checkChecksum(policy, intent.checksum);
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
    headers: {
      "content-type": intent.contentType,
      ...noOverwriteHeader(policy, store, intent),
      ...checksumHeaders(store, intent.checksum),
      ...metadataHeaders(policy, store, intent.metadata),
      ...policy.fixedHeaders,
    },
    expiresInSeconds: policy.expiresInSeconds,
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the maker of the brand
  return grant as Grant;
}

function findPolicy(config: Config, { narrowing }: Caller, name = config.defaultPolicy): Policy {
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
function findStore({ name, stores }: Policy, { country, continent, isInEU }: Region): Store {
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

function checkChecksum(policy: Policy, checksum: Checksum | undefined): void {
  const allowed = [...policy.checksums].join(", ");
  if (!checksum) {
    if (!policy.isChecksumRequired) return;
    throw invalidRequest({
      pointer: "/checksum",
      detail: `is required: the policy wants one of ${allowed}`,
    });
  }
  if (!policy.checksums.has(checksum.algorithm)) {
    throw invalidRequest({ pointer: "/checksum/algorithm", detail: `must be one of ${allowed}` });
  }
  if (!isDigest(checksum)) {
    const { bytes } = CHECKSUMS[checksum.algorithm];
    throw invalidRequest({
      pointer: "/checksum/value",
      detail: `must be ${bytes} bytes in base64 with padding`,
    });
  }
}

function noOverwriteHeader(
  policy: Policy,
  { provider }: Store,
  intent: Intent,
): Readonly<Record<string, string>> {
  const isLoosened =
    policy.isOverwriteAllowed || (intent.isContentTypeOnly && policy.isContentTypeOnlyAllowed);
  return isLoosened || !provider.noOverwrite
    ? {}
    : { [provider.noOverwrite.header]: provider.noOverwrite.value };
}

function checksumHeaders(
  { provider }: Store,
  checksum: Checksum | undefined,
): Readonly<Record<string, string>> {
  if (!checksum) return {};
  const { header, sdkName } = CHECKSUMS[checksum.algorithm];
  return {
    [header]: checksum.value,
    ...(sdkName &&
      provider.needsSdkChecksumAlgorithm && { "x-amz-sdk-checksum-algorithm": sdkName }),
  };
}

function metadataHeaders(
  policy: Policy,
  { provider }: Store,
  metadata: Intent["metadata"],
): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  let bytes = 0;
  for (const [name, value] of Object.entries(metadata ?? {})) {
    const pointer = `/metadata/${name}`;
    if (!policy.metadata.has(name)) {
      const allowed = [...policy.metadata].join(", ") || "none";
      throw invalidRequest({ pointer, detail: `is not allowed: the policy has ${allowed}` });
    }
    const fault = metadataFault(value);
    if (fault) throw invalidRequest({ pointer, detail: fault });
    const encoded = encodeMetadata(value);
    headers[`x-amz-meta-${name}`] = encoded;
    bytes += name.length + encoded.length;
  }
  if (bytes > provider.maxMetadataBytes) {
    const detail = `must be at most ${provider.maxMetadataBytes} bytes of names and encoded values: it has ${bytes}`;
    throw invalidRequest({ pointer: "/metadata", detail });
  }
  return headers;
}
