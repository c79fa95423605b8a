/** Checks that what is revoked stays revoked for as long as it could be used. */
import type { Issuer, Policy } from "./config.ts";
import type { ErrorCollector } from "./errors.ts";

const A_DAY = 86_400;
/** A revocation is kept for 90 days, and an id can be used for 30 days after its upload has expired. */
const MAX_UPLOAD_SECONDS = 60 * A_DAY;

interface Revocable {
  readonly issuers: readonly Issuer[];
  readonly policies: ReadonlyMap<string, Policy>;
}

/** Checks a configuration with `revocations: true`. */
export function checkRevocations({ issuers, policies }: Revocable, errors: ErrorCollector): void {
  if (!issuers.some(({ admin }) => admin))
    errors.at("revocations").add("needs an issuer with admin: true, whose tokens can revoke");
  for (const [name, policy] of policies)
    for (const field of ["expiresIn", "backgroundExpiresIn", "resumeWithin"] as const)
      if ((policy[field] ?? 0) > MAX_UPLOAD_SECONDS)
        errors
          .at("policies")
          .at(name)
          .at(field)
          .add("must be at most 60 days with revocations, which are kept for 90 days");
}
