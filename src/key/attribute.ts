/** Inverts key templates: whose object is under a key, as far as the key says so. */
import { decodeSegment, decodeUserSegment, segmentError } from "./segment.ts";
import type { Part, Template } from "./template.ts";

/** An issuer, by the name that its users' uploads have. */
export interface KeyIssuer {
  readonly name: string;
  readonly userPrefix: string | undefined;
}

export interface Attribution {
  /** Every user who can have this key: none under a template without `{user}`. */
  readonly users: readonly { readonly issuer: string; readonly user: string }[];
  /** The texts of the claims that are whole segments. A number is its digits. */
  readonly claims: Readonly<Record<string, string>>;
}

const MAX_KEY_CHARACTERS = 1024;

/**
 * Returns whose key it can be; `undefined` where the template cannot make it. The key is any text: it is
 * matched in linear time.
 */
export function attributeKey(
  key: string,
  { segments, userIndex }: Template,
  issuers: readonly KeyIssuer[],
): Attribution | undefined {
  if (key.length > MAX_KEY_CHARACTERS) return undefined;
  const texts = key.split("/");
  const isMade =
    texts.length === segments.length &&
    texts.every((text, index) => !segmentError(text) && canMake(segments[index] ?? [], text));
  const claims = isMade ? readClaims(segments, texts) : undefined;
  const own = texts[userIndex];
  if (!claims) return undefined;
  if (own === undefined) return { users: [], claims };
  const users = issuers.flatMap(({ name, userPrefix }) => {
    const user = decodeUserSegment(own, userPrefix);
    return user === undefined ? [] : [{ issuer: name, user }];
  });
  return users.length > 0 ? { users, claims } : undefined;
}

/** Returns the claims that are whole segments; `undefined` where one of them has two values, or none. */
function readClaims(
  segments: Template["segments"],
  texts: readonly string[],
): Readonly<Record<string, string>> | undefined {
  const claims = new Map<string, string>();
  for (const [index, parts] of segments.entries()) {
    const [part] = parts;
    if (part?.kind !== "claim" || parts.length > 1) continue;
    const value = decodeSegment(texts[index] ?? "");
    if (value === undefined || (claims.get(part.claim) ?? value) !== value) return undefined;
    claims.set(part.claim, value);
  }
  return Object.fromEntries(claims);
}

interface Run {
  readonly character: RegExp;
  readonly least: number;
  readonly most: number;
}

const ENCODED: Run = { character: /[A-Za-z0-9_.-]/, least: 1, most: Infinity };
const ANY: Run = { character: /./u, least: 1, most: Infinity };
const digits = (count: number): Run => ({ character: /\d/, least: count, most: count });

/** What a key has in place of each placeholder, as in `placeholder.ts`. */
const RUNS = {
  user: ENCODED,
  claim: ENCODED,
  id: ANY,
  name: ANY,
  ext: { character: /[a-z0-9]/, least: 1, most: 16 },
  yyyy: digits(4),
  mm: digits(2),
  dd: digits(2),
} as const satisfies Readonly<Record<Exclude<Part["kind"], "literal">, Run>>;

/** A pattern of several claims would take a time that grows with a power of the length. */
function canMake(parts: readonly Part[], text: string): boolean {
  const characters = Array.from(text);
  let ends: ReadonlySet<number> = new Set([0]);
  for (const part of parts) {
    ends =
      part.kind === "literal"
        ? endsOfLiteral(Array.from(part.text), characters, ends)
        : endsOfRun(RUNS[part.kind], characters, ends);
  }
  return ends.has(characters.length);
}

function endsOfLiteral(
  literal: readonly string[],
  characters: readonly string[],
  starts: ReadonlySet<number>,
): ReadonlySet<number> {
  const found = [...starts].filter((start) =>
    literal.every((character, index) => characters[start + index] === character),
  );
  return new Set(found.map((start) => start + literal.length));
}

function endsOfRun(
  { character, least, most }: Run,
  characters: readonly string[],
  starts: ReadonlySet<number>,
): ReadonlySet<number> {
  const ends = new Set<number>();
  for (const start of starts) {
    for (let length = 1; length <= most; length += 1) {
      const end = start + length;
      if (!character.test(characters[end - 1] ?? "")) break;
      // Whoever was here before has gone on from here.
      if (most === Infinity && ends.has(end)) break;
      if (length >= least) ends.add(end);
    }
  }
  return ends;
}
