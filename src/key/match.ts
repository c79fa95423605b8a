/** Matches a whole key against a template: a key that a token or a client names must be the caller's own. */
import { Problem } from "../problem.ts";
import { PLACEHOLDERS, escapePattern, type KeyOwner } from "./placeholder.ts";
import { segmentError } from "./segment.ts";
import { segmentPattern, type Part, type Template } from "./template.ts";

const MAX_KEY_CHARACTERS = 1024;

/**
 * Returns whether the template can make this key for its owner. Compares segment by segment, so that
 * `u1` never reaches `u10`. Throws `forbidden` for a token that lacks a claim of the template.
 */
export function matchesTemplate(key: string, template: Template, owner: KeyOwner): boolean {
  const texts = key.split("/");
  if (texts.length !== template.segments.length || key.length > MAX_KEY_CHARACTERS) return false;
  return startsWith(template, texts, owner);
}

/**
 * Returns whether the template can make any key for its owner: under `allowed`, where that ends with a slash,
 * or else that one. Not without a claim of the template.
 */
export function canHaveKeys(template: Template, owner: KeyOwner, allowed?: string): boolean {
  try {
    for (const part of template.segments.flat()) ownPattern(part, owner);
    if (allowed === undefined) return true;
    if (!allowed.endsWith("/")) return matchesTemplate(allowed, template, owner);
    const texts = allowed.slice(0, -1).split("/");
    return texts.length < template.segments.length && startsWith(template, texts, owner);
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

function startsWith({ segments }: Template, texts: readonly string[], owner: KeyOwner): boolean {
  return texts.every((text, index) => {
    const parts = segments[index];
    return parts !== undefined && !segmentError(text) && matchesSegment(text, parts, owner);
  });
}

/** Most segments are one fixed text: to compile a pattern for them would take longer than all the rest. */
function matchesSegment(text: string, parts: readonly Part[], owner: KeyOwner): boolean {
  const [only] = parts.length === 1 ? parts : [];
  if (only?.kind === "literal") return text === only.text;
  if (only?.kind === "user") return text === owner.caller.segment;
  return segmentPattern(parts, (part) => ownPattern(part, owner)).test(text);
}

function ownPattern(part: Part, owner: KeyOwner): string {
  if (part.kind === "literal") return escapePattern(part.text);
  return PLACEHOLDERS[part.kind].ownPattern(owner, part.kind === "claim" ? part.claim : "");
}
