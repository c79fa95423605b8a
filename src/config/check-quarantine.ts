/** Checks that a policy with a quarantine agrees with itself. */
import { hasPlaceholder, type Template } from "../key/template.ts";
import type { ErrorCollector } from "./errors.ts";
import type { Fields } from "./fields.ts";
import type { PolicyFields } from "./policy-schema.ts";

/** Collects what contradicts itself on any store. */
export function checkQuarantine(
  policy: Fields<PolicyFields>,
  template: Template | undefined,
  errors: ErrorCollector,
): void {
  const quarantine = policy.get("quarantine");
  if (!quarantine) return;
  if (template && !hasPlaceholder(template, "id"))
    errors
      .at("key")
      .add("needs {id} with quarantine: a file that is promoted must replace no other one");
  const { scanner, verify } = quarantine;
  const at = errors.at("quarantine");
  if (verify.length === 0 && !scanner)
    at.at("verify").add('must be ["magic"] without a scanner: nothing would be checked');
  if (scanner && (scanner.url === undefined) === (scanner.binding === undefined))
    at.at("scanner").add("must have either url or binding");
}
