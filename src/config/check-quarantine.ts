/** Checks that a policy with a quarantine agrees with itself. */
import { checkableTypes } from "../content/signatures.ts";
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
  if (verify.includes("magic")) checkTypes(policy, errors.at("types"));
}

/** A pattern stands for the types that are known. */
function checkTypes(policy: Fields<PolicyFields>, errors: ErrorCollector): void {
  for (const type of policy.get("types") ?? []) {
    if (checkableTypes([type]).length > 0) continue;
    errors.add(
      `has "${type}", whose first bytes are not known: leave it out, or set quarantine.verify to [] and a scanner`,
    );
  }
}
