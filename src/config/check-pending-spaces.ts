/** Checks that no key of any policy can lie where files in quarantine are. */
import { canLieUnder, parseTemplate, reachesInto, type Template } from "../key/template.ts";
import type { KeySpace } from "./key-space.ts";
import type { ErrorCollector } from "./errors.ts";

interface Pair {
  readonly mine: KeySpace;
  readonly theirs: KeySpace;
}

/**
 * Collects the pairs of policies in one bucket where a key of `theirs`, which may be `mine` too, could be under
 * the pending prefix of `mine`, or a pending key of `mine` could be in somebody's prefix of `theirs`.
 */
export function checkPendingSpace({ mine, theirs }: Pair, errors: ErrorCollector): void {
  if (!mine.quarantine) return;
  const { prefix } = mine.quarantine;
  const at = errors.at(mine.name).at("quarantine").at("prefix");
  const folder = { template: templateOf(prefix.slice(0, -1)), isPrefix: true };
  const pending = { template: templateOf(prefix + mine.template.text) };
  const isInTheirs = theirs.isPrefix
    ? canLieUnder(pending, theirs)
    : reachesInto(pending.template, theirs.template);
  if (canLieUnder(theirs, folder))
    at.add(`could hold keys of policy "${theirs.name}": choose another folder`);
  else if (isInTheirs)
    at.add(`could be in a user's prefix of policy "${theirs.name}": choose another folder`);
  if (isNested(prefix, theirs))
    at.add(
      `must not be in the pending prefix of policy "${theirs.name}": use the same one, or another folder`,
    );
}

/** Of two policies with one pending prefix, the final keys tell their files apart. */
function isNested(prefix: string, theirs: KeySpace): boolean {
  const other = theirs.quarantine?.prefix;
  return other !== undefined && prefix !== other && prefix.startsWith(other);
}

/** Both parts of the text are valid: the prefix by its schema, and the key by its own check. */
function templateOf(text: string): Template {
  const template = parseTemplate(text);
  if ("errors" in template) throw new TypeError("Cannot check the pending prefix: it is invalid");
  return template;
}
