/** The part of the bucket that counts against one quota. */
import type { Policy } from "../../src/config/config.ts";
import type { Caller } from "../../src/grant/authenticate.ts";
import { claimText } from "../../src/key/placeholder.ts";
import { encodeSegment } from "../../src/key/segment.ts";
import type { Part } from "../../src/key/template.ts";

/**
 * Returns the prefix of the quota's owner: all segments up to the first one that differs among the owner's
 * objects. `undefined` where the key does not begin with the owner.
 */
export function quotaPrefixOf(
  { template, quotaClaim }: Policy,
  caller: Caller,
): string | undefined {
  const names = (part: Part) =>
    quotaClaim === undefined
      ? part.kind === "user"
      : part.kind === "claim" && part.claim === quotaClaim;
  const fixed: string[] = [];
  for (const parts of template.segments) {
    const texts = parts.map((part) => {
      if (part.kind === "literal") return part.text;
      if (part.kind === "user") return quotaClaim === undefined ? caller.segment : undefined;
      const value = part.kind === "claim" && names(part) && claimText(caller, part.claim);
      return typeof value === "string" ? encodeSegment(value) : undefined;
    });
    if (texts.includes(undefined)) break;
    fixed.push(texts.join(""));
  }
  const isOwned = template.segments.slice(0, fixed.length).some((parts) => parts.some(names));
  return isOwned ? `${fixed.join("/")}/` : undefined;
}
