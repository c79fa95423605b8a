/** A grant of a store's policies for the doctor, under a key that nobody else has. */
import { InvalidArgumentError } from "commander";
import type { Config, Issuer, Policy } from "../../src/config/config.ts";
import type { Store } from "../../src/store/store.ts";
import type { Part } from "../../src/key/template.ts";
import type { Admitted } from "../../src/operation/admit.ts";
import { authorize } from "../../src/grant/authorize.ts";
import { admissionOf, admitUnused, type SimulationContext } from "../simulate/admission.ts";
import { authenticateClaims, completeClaims } from "../simulate/caller.ts";
import { DIGESTS, SAMPLE, sampleOf } from "./sample.ts";

/** A user whom no issuer has, another one for each ticket: so each has a key of its own. */
const USER = "edge-presigner-doctor";
/** Anywhere: the store was chosen already. */
const NOWHERE = { country: undefined, continent: undefined, isInEU: false };
/** Claims that say who made a token, or what it is less for: the doctor has no word in them. */
const TAKEN_CLAIMS = new Set(["iss", "aud", "exp", "nbf", "iat", "policies", "maxBytes", "key"]);

/**
 * The one that asks least of a file. Throws where every key is the same for each upload: to try
 * it would replace, and in the end delete, an object that is somebody's.
 */
export function choosePolicy(
  { issuers }: Config,
  policies: readonly Policy[],
  { name }: Store,
): Policy {
  const [first] = policies
    .filter(({ template }) => template.segments.flat().some((part) => isOwn(part, issuers[0])))
    .toSorted((a, b) => costOf(a) - costOf(b));
  if (first) return first;
  throw new InvalidArgumentError(
    `Cannot try the store ${name}: the keys of its policies are the same for every upload, and the doctor would replace what is there. Give it a configuration with a policy whose key has {user} or {id} (--config).`,
  );
}

const costOf = ({ overwrite, checksum }: Policy) =>
  (overwrite ? 2 : 0) + (checksum === "optional" ? 0 : 1);

/** Whether that part of a key is the doctor's own. */
function isOwn(part: Part, issuer: Issuer | undefined): boolean {
  if (part.kind === "claim") return isFree(part.claim, issuer);
  return part.kind === "user" || part.kind === "id" || part.kind === "name";
}

const isFree = (claim: string, issuer: Issuer | undefined): boolean =>
  !TAKEN_CLAIMS.has(claim) && !Object.hasOwn(issuer?.claims ?? {}, claim);

interface Sampling {
  readonly policy: Policy;
  readonly store: Store;
}

export async function admitSample(
  config: Config,
  { policy, store }: Sampling,
  moment: SimulationContext,
): Promise<Admitted> {
  const { nowMs, newId } = moment;
  const [issuer] = config.issuers;
  const own = `${USER}-${newId()}`;
  const named = policy.template.segments
    .flat()
    .flatMap((part) => (part.kind === "claim" && isFree(part.claim, issuer) ? [part.claim] : []));
  const claims = Object.fromEntries(
    [...named, issuer?.userClaim ?? "sub"].map((one) => [one, own]),
  );
  const caller = await authenticateClaims(config, completeClaims(config, claims, nowMs), nowMs);
  const { contentType, extension } = sampleOf(policy.types);
  const [algorithm = "md5"] = policy.checksums;
  // Into this store, whatever the region; what size a file has is nothing to a store.
  const stores = new Map([["default", store]]);
  const size = { minBytes: 0, maxBytes: SAMPLE.length };
  const here = { ...policy, ...size, stores, quota: undefined };
  const intent = {
    policy: policy.name,
    filename: `${own}.${extension}`,
    contentType,
    size: SAMPLE.length,
    multipart: false,
    ...(policy.checksum !== "optional" && { checksum: { algorithm, value: DIGESTS[algorithm] } }),
  };
  const policies = new Map([[policy.name, here]]);
  const grant = authorize({ ...config, policies }, caller, intent, NOWHERE);
  return admitUnused(admissionOf(grant, moment), nowMs);
}
