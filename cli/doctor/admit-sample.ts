/** Admits a sample upload of one of the policies of a store, under a key that is unique to it. */
import { InvalidArgumentError } from "commander";
import type { Config, Issuer, Policy } from "../../src/config/config.ts";
import type { Store } from "../../src/store/store.ts";
import type { Part } from "../../src/key/template.ts";
import type { Admitted } from "../../src/operation/admit.ts";
import { authorize } from "../../src/grant/authorize.ts";
import { admissionOf, admitUnused, type SimulationContext } from "../simulate/admission.ts";
import { authenticateClaims, completeClaims } from "../simulate/caller.ts";
import { DIGESTS, SAMPLE, sampleOf } from "./sample.ts";

/** The start of the user id. Each ticket has another user, and therefore another key. */
const USER = "edge-presigner-doctor";
/** No region: the store is chosen already. */
const ANY_REGION = { country: undefined, continent: undefined, isInEU: false };
/** Claims of the issuer or of a token's scope, which doctor cannot choose. */
const RESERVED_CLAIMS = new Set(["iss", "aud", "exp", "nbf", "iat", "policies", "maxBytes", "key"]);

/**
 * Returns the policy with the fewest requirements. Throws `InvalidArgumentError` if all its keys are
 * the same for every upload: doctor would replace and delete an object of somebody else.
 */
export function choosePolicy(config: Config, policies: readonly Policy[], { name }: Store): Policy {
  const first = findPolicy(config, policies);
  if (first) return first;
  throw new InvalidArgumentError(
    `Cannot test the store "${name}": the keys of its policies are the same for every upload, so doctor would replace the object that is there. Use a configuration with a policy whose key has {user} or {id} (--config).`,
  );
}

/** Returns the policy with the fewest requirements whose keys are unique, or `undefined`. */
export function findPolicy({ issuers }: Config, policies: readonly Policy[]): Policy | undefined {
  const [first] = policies
    .filter(({ template }) => template.segments.flat().some((part) => isUnique(part, issuers[0])))
    .toSorted((a, b) => costOf(a) - costOf(b));
  return first;
}

const costOf = ({ overwrite, checksum }: Policy) =>
  (overwrite ? 2 : 0) + (checksum === "optional" ? 0 : 1);

/** Whether this part of a key has another value for each ticket of doctor. */
function isUnique(part: Part, issuer: Issuer | undefined): boolean {
  if (part.kind === "claim") return isFreeClaim(part.claim, issuer);
  return part.kind === "user" || part.kind === "id" || part.kind === "name";
}

const isFreeClaim = (claim: string, issuer: Issuer | undefined): boolean =>
  !RESERVED_CLAIMS.has(claim) && !Object.hasOwn(issuer?.claims ?? {}, claim);

interface Sampling {
  readonly policy: Policy;
  readonly store: Store;
}

/** Returns an admitted upload of the sample. Throws what the Worker would throw. */
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
    .flatMap((part) =>
      part.kind === "claim" && isFreeClaim(part.claim, issuer) ? [part.claim] : [],
    );
  const claims = Object.fromEntries(
    [...named, issuer?.userClaim ?? "sub"].map((one) => [one, own]),
  );
  const caller = await authenticateClaims(config, completeClaims(config, claims, nowMs), nowMs);
  const { contentType, extension } = sampleOf(policy.types);
  const [algorithm = "md5"] = policy.checksums;
  // Always into this store, and with the size of the sample: a store does not know the limits of a policy.
  const stores = new Map([["default", store]]);
  const size = { minBytes: 0, maxBytes: SAMPLE.length };
  const here = { ...policy, ...size, stores, quota: undefined, quotaClaim: undefined };
  const intent = {
    policy: policy.name,
    filename: `${own}.${extension}`,
    contentType,
    size: SAMPLE.length,
    multipart: false,
    ...(policy.checksum !== "optional" && { checksum: { algorithm, value: DIGESTS[algorithm] } }),
  };
  const policies = new Map([[policy.name, here]]);
  const now = new Date(nowMs);
  const grant = authorize({ ...config, policies }, caller, intent, { region: ANY_REGION, now });
  return admitUnused(admissionOf(grant, moment), nowMs);
}
