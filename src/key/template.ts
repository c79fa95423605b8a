/** Templates of keys: `photos/{user}/{id}.{ext}`. */
import { segmentFault } from "./segment.ts";

const PLACEHOLDERS = ["user", "id", "ext", "name", "yyyy", "mm", "dd"] as const;
type Placeholder = (typeof PLACEHOLDERS)[number];

export type Part =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "claim"; readonly claim: string }
  | { readonly kind: Placeholder };

export interface Template {
  readonly text: string;
  readonly segments: readonly (readonly Part[])[];
  /** Which segment is `{user}`; -1 where none is. */
  readonly userIndex: number;
}

/** The template, or every fault of it. */
export function parseTemplate(text: string): Template | { readonly faults: readonly string[] } {
  const faults: string[] = [];
  const segments = text.split("/").map((segment) => parseSegment(segment, faults));
  const withUser = segments.filter((parts) => parts.some(({ kind }) => kind === "user"));
  if (withUser.length > 1 || withUser.some((parts) => parts.length > 1)) {
    faults.push(
      "{user} must be one whole segment, once: /{user}/ cannot reach a neighbour's prefix, a-{user} can",
    );
  }
  if (faults.length > 0) return { faults };
  return { text, segments, userIndex: segments.findIndex((parts) => parts[0]?.kind === "user") };
}

/** Whether the template has that placeholder. */
export function hasPlaceholder(template: Template, kind: Placeholder): boolean {
  return template.segments.some((parts) => parts.some((part) => part.kind === kind));
}

/**
 * Whether a key of `mine` could stand inside some user's prefix of `theirs`, in one bucket: their
 * `{user}` is where mine has text that a caller, a claim or the template chooses.
 */
export function reachesInto(mine: Template, theirs: Template): boolean {
  if (theirs.userIndex < 0 || mine.userIndex === theirs.userIndex) return false;
  const prefix = theirs.segments.slice(0, theirs.userIndex + 1);
  return prefix.every((parts, index) => {
    const own = mine.segments[index];
    return own !== undefined && canBeEqual(own, parts);
  });
}

function parseSegment(segment: string, faults: string[]): readonly Part[] {
  const parts: Part[] = [];
  let sample = "";
  for (const [piece, name] of segment.matchAll(/\{([^{}]*)\}|[^{}]+|[{}]/g)) {
    const part = name === undefined ? literal(piece) : placeholder(name);
    if (part === undefined) {
      faults.push(
        `${piece} is no placeholder: use {user} {id} {ext} {name} {yyyy} {mm} {dd} or {claim.x}`,
      );
      continue;
    }
    parts.push(part);
    sample += part.kind === "literal" ? part.text : "x";
  }
  const fault = parts.length > 0 || segment === "" ? segmentFault(sample) : undefined;
  if (fault) faults.push(`the segment "${segment}" ${fault}`);
  return parts;
}

function literal(piece: string): Part | undefined {
  return piece === "{" || piece === "}" ? undefined : { kind: "literal", text: piece };
}

function placeholder(name: string): Part | undefined {
  const claim = /^claim\.([A-Za-z0-9_]{1,64})$/.exec(name)?.[1];
  if (claim) return { kind: "claim", claim };
  const kind = PLACEHOLDERS.find((known) => known === name);
  return kind && { kind };
}

/** A segment as a regular expression; `sourceOf` says what each part can be. */
export function segmentPattern(parts: readonly Part[], sourceOf: (part: Part) => string): RegExp {
  return new RegExp(`^${parts.map(sourceOf).join("")}$`, "u");
}

/** A text that stands for itself in a regular expression. */
export function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}

/** What each placeholder can become, as the source of a regular expression. */
const PATTERNS = {
  user: "[A-Za-z0-9_.-]+",
  claim: "[A-Za-z0-9_.-]+",
  // A token, or a client that names a key, may put any text there.
  id: ".+",
  ext: "[a-z0-9]{1,16}",
  name: ".+",
  yyyy: String.raw`\d{4}`,
  mm: String.raw`\d{2}`,
  dd: String.raw`\d{2}`,
} as const satisfies Readonly<Record<Exclude<Part["kind"], "literal">, string>>;

/** Whether some key can have both segments; where both have placeholders only the literal edges tell. */
function canBeEqual(a: readonly Part[], b: readonly Part[]): boolean {
  const [startA, endA] = edges(a);
  const [startB, endB] = edges(b);
  const any = (part: Part) =>
    part.kind === "literal" ? escapePattern(part.text) : PATTERNS[part.kind];
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

function edges(parts: readonly Part[]): readonly [start: string, end: string] {
  const text = (part: Part | undefined) => (part?.kind === "literal" ? part.text : "");
  return [text(parts[0]), text(parts.at(-1))];
}
