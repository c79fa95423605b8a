/** The placeholders of key templates: one row each, with the text that fills it and the texts that it matches. */
import { Problem, invalidRequest } from "../problem.ts";
import { encodeSegment } from "./segment.ts";

/** Whose key it is, and under which rule. Every grant and every caller with a policy has these fields. */
export interface KeyOwner {
  readonly policy: { readonly name: string };
  readonly caller: {
    /** The user as one segment of a key. */
    readonly segment: string;
    readonly claims: Readonly<Record<string, unknown>>;
  };
  /** What `{ext}` matches; any extension where it is left out. */
  readonly extension?: string;
}

/** The values of one new key. */
export interface KeyValues extends KeyOwner {
  readonly extension: string;
  readonly filename: string | undefined;
  /** Unguessable, of `[0-9a-f-]`. */
  readonly id: string;
  readonly now: Date;
}

interface Placeholder {
  /** Returns the text in a new key. Throws `forbidden` or `invalid-request` where the value is missing. */
  readonly fill: (values: KeyValues, claim: string) => string;
  /** Returns a regular expression of what this owner's keys can have here. */
  readonly ownPattern: (owner: KeyOwner, claim: string) => string;
  /** A regular expression of what anybody's keys can have here. */
  readonly pattern: string;
}

const SEGMENT = "[A-Za-z0-9_.-]+";
const EXTENSION = "[a-z0-9]{1,16}";
const DIGITS_2 = String.raw`\d{2}`;
const DIGITS_4 = String.raw`\d{4}`;

export const PLACEHOLDERS = {
  user: {
    fill: ({ caller }) => caller.segment,
    ownPattern: ({ caller }) => escapePattern(caller.segment),
    pattern: SEGMENT,
  },
  claim: {
    fill: claimSegment,
    ownPattern: (owner, claim) => escapePattern(claimSegment(owner, claim)),
    pattern: SEGMENT,
  },
  id: {
    fill: ({ id }) => id,
    // A token or a client that names a whole key may use any text as its id.
    ownPattern: () => ".+",
    pattern: ".+",
  },
  ext: {
    fill: ({ extension }) => extension,
    ownPattern: ({ extension }) => (extension === undefined ? EXTENSION : escapePattern(extension)),
    pattern: EXTENSION,
  },
  name: { fill: requireFilename, ownPattern: () => ".+", pattern: ".+" },
  yyyy: {
    fill: ({ now }) => now.toISOString().slice(0, 4),
    ownPattern: () => DIGITS_4,
    pattern: DIGITS_4,
  },
  mm: {
    fill: ({ now }) => now.toISOString().slice(5, 7),
    ownPattern: () => DIGITS_2,
    pattern: DIGITS_2,
  },
  dd: {
    fill: ({ now }) => now.toISOString().slice(8, 10),
    ownPattern: () => DIGITS_2,
    pattern: DIGITS_2,
  },
} as const satisfies Readonly<Record<string, Placeholder>>;

export type PlaceholderName = keyof typeof PLACEHOLDERS;

/** Returns a pattern that matches the text itself. */
export function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}

/** Returns a claim that is a text or a whole number; `undefined` for any other. */
export function claimText(
  { claims }: Pick<KeyOwner["caller"], "claims">,
  claim: string,
): string | undefined {
  const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
  // Two texts with lone surrogates have one UTF-8 form, and two numbers beyond 2^53 are one number.
  if (typeof value === "string" && value !== "" && value.isWellFormed()) return value;
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

/** Throws `forbidden` for a token without the claim. */
function claimSegment({ caller, policy }: KeyOwner, claim: string): string {
  const value = claimText(caller, claim);
  if (value !== undefined) return encodeSegment(value);
  const detail = `The token needs a claim "${claim}", a text or a whole number: it is part of the key of "${policy.name}"`;
  throw new Problem("forbidden", detail);
}

function requireFilename({ filename, policy }: KeyValues): string {
  if (filename !== undefined) return filename;
  throw invalidRequest({
    pointer: "/filename",
    detail: `is required: it is part of the key of "${policy.name}"`,
  });
}
