/** Key templates: `photos/{user}/{id}.{ext}`. */
import { PLACEHOLDERS, escapePattern, type PlaceholderName } from "./placeholder.ts";
import { segmentError } from "./segment.ts";

export type Part =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "claim"; readonly claim: string }
  | { readonly kind: Exclude<PlaceholderName, "claim"> };

export interface Template {
  readonly text: string;
  readonly segments: readonly (readonly Part[])[];
  /** The index of the segment `{user}`; -1 without one. */
  readonly userIndex: number;
}

/** Match texts of any length. Three in one segment would take cubic time to match, and more of them minutes. */
const VARIABLE: ReadonlySet<Part["kind"]> = new Set(["id", "name", "ext"]);

/** Returns the template, or all of its errors. */
export function parseTemplate(text: string): Template | { readonly errors: readonly string[] } {
  const errors: string[] = [];
  const segments = text.split("/").map((segment) => parseSegment(segment, errors));
  const withUser = segments.filter((parts) => parts.some(({ kind }) => kind === "user"));
  if (withUser.length > 1 || withUser.some((parts) => parts.length > 1)) {
    errors.push(
      "{user} must be one whole segment, once: /{user}/ cannot reach a neighbour's prefix, a-{user} can",
    );
  }
  if (errors.length > 0) return { errors };
  return { text, segments, userIndex: segments.findIndex((parts) => parts[0]?.kind === "user") };
}

/** Returns whether the template has that placeholder. */
export function hasPlaceholder(template: Template, kind: PlaceholderName): boolean {
  return template.segments.some((parts) => parts.some((part) => part.kind === kind));
}

/**
 * Returns whether a key of `mine` could lie under some owner's prefix of `theirs`, in one bucket: where
 * `theirs` has `{user}`, or else claims, `mine` has text that a caller, another claim or the template
 * chooses.
 */
export function reachesInto(mine: Template, theirs: Template): boolean {
  const owners = ownerIndexes(theirs);
  const isOwn = owners.every((index) => isEqual(mine.segments[index], theirs.segments[index]));
  return !isOwn && canStartAlike(mine, theirs, Math.max(...owners) + 1);
}

/** Returns whether both templates could make one key for the same caller. */
export function canMeet(a: Template, b: Template): boolean {
  return a.segments.length === b.segments.length && canStartAlike(a, b, a.segments.length);
}

/** Returns whether a key of `other` could lie under a prefix of `prefix`, whoever's it is. Prefixes lie under each other. */
export function canLieUnder(
  other: { readonly template: Template; readonly isPrefix?: boolean },
  prefix: { readonly template: Template },
): boolean {
  const { length } = prefix.template.segments;
  const { length: otherLength } = other.template.segments;
  if (!other.isPrefix && otherLength <= length) return false;
  return canStartAlike(other.template, prefix.template, Math.min(length, otherLength));
}

/** The segments that tell owners apart: `{user}`, which no two users share, or else those with a claim. */
function ownerIndexes({ segments, userIndex }: Template): readonly number[] {
  if (userIndex >= 0) return [userIndex];
  return [...segments.keys()].filter((index) =>
    segments[index]?.some(({ kind }) => kind === "claim"),
  );
}

function isEqual(a: readonly Part[] | undefined, b: readonly Part[] | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function canStartAlike(a: Template, b: Template, length: number): boolean {
  return b.segments.slice(0, length).every((parts, index) => {
    const own = a.segments[index];
    return own !== undefined && canBeEqual(own, parts);
  });
}

function parseSegment(segment: string, errors: string[]): readonly Part[] {
  const parts: Part[] = [];
  let sample = "";
  for (const [piece, name] of segment.matchAll(/\{([^{}]*)\}|[^{}]+|[{}]/g)) {
    const part = name === undefined ? literal(piece) : placeholder(name);
    if (part === undefined) {
      errors.push(
        `${piece} is not a placeholder: use {user} {id} {ext} {name} {yyyy} {mm} {dd} or {claim.x}`,
      );
      continue;
    }
    parts.push(part);
    sample += part.kind === "literal" ? part.text : "x";
  }
  const error = parts.length > 0 || segment === "" ? segmentError(sample) : undefined;
  if (error) errors.push(`the segment "${segment}" ${error}`);
  const kinds = parts.map(({ kind }) => kind);
  const repeated = kinds.find((kind, index) => VARIABLE.has(kind) && kinds.indexOf(kind) < index);
  if (repeated) errors.push(`the segment "${segment}" may have {${repeated}} only once`);
  return parts;
}

function literal(piece: string): Part | undefined {
  return piece === "{" || piece === "}" ? undefined : { kind: "literal", text: piece };
}

function placeholder(name: string): Part | undefined {
  const claim = /^claim\.([A-Za-z0-9_]{1,64})$/.exec(name)?.[1];
  if (claim) return { kind: "claim", claim };
  return isPlain(name) ? { kind: name } : undefined;
}

function isPlain(name: string): name is Exclude<PlaceholderName, "claim"> {
  return name !== "claim" && Object.hasOwn(PLACEHOLDERS, name);
}

/** Returns a regular expression for a whole segment; `patternOf` gives the pattern of each part. */
export function segmentPattern(parts: readonly Part[], patternOf: (part: Part) => string): RegExp {
  return new RegExp(`^${parts.map(patternOf).join("")}$`, "u");
}

/** Returns whether one text can match both segments. Of two segments with placeholders only the literal ends are compared. */
function canBeEqual(a: readonly Part[], b: readonly Part[]): boolean {
  const [startA, endA] = literalEnds(a);
  const [startB, endB] = literalEnds(b);
  const any = (part: Part) =>
    part.kind === "literal" ? escapePattern(part.text) : PLACEHOLDERS[part.kind].pattern;
  if (isLiteral(a)) return segmentPattern(b, any).test(startA);
  if (isLiteral(b)) return segmentPattern(a, any).test(startB);
  return (
    (startA.startsWith(startB) || startB.startsWith(startA)) &&
    (endA.endsWith(endB) || endB.endsWith(endA))
  );
}

function isLiteral(parts: readonly Part[]): boolean {
  return parts.every(({ kind }) => kind === "literal");
}

function literalEnds(parts: readonly Part[]): readonly [start: string, end: string] {
  const text = (part: Part | undefined) => (part?.kind === "literal" ? part.text : "");
  return [text(parts[0]), text(parts.at(-1))];
}
