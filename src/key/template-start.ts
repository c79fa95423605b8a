/** What all keys of a template start with. */
import type { Part, Template } from "./template.ts";

/** The part of a key template that is the same for all uploads. */
export interface Keys {
  /** The text before the first placeholder. */
  readonly text: string;
  /** Whether a placeholder follows. If not, the text is the whole key. */
  readonly isPrefix: boolean;
}

/** Returns the text of a template before its first placeholder, or with a user's segment, before the first other one. */
export function startOf({ segments }: Template, user?: string): Keys {
  const fill = (part: Part): Part =>
    part.kind === "user" && user !== undefined ? { kind: "literal", text: user } : part;
  const parts = segments.flatMap((segment, index): readonly Part[] =>
    index === 0 ? segment.map(fill) : [{ kind: "literal", text: "/" }, ...segment.map(fill)],
  );
  const first = parts.findIndex(({ kind }) => kind !== "literal");
  const fixed = first < 0 ? parts : parts.slice(0, first);
  const text = fixed.map((part) => (part.kind === "literal" ? part.text : "")).join("");
  return { text, isPrefix: first >= 0 };
}
