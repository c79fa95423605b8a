/** Under which part of a bucket all keys of a user are, by the template alone. */
import { encodeSegment } from "./segment.ts";
import type { Template } from "./template.ts";

interface PrefixOwner {
  readonly segment: string;
  readonly claims: Readonly<Record<string, string>>;
}

/** A text that no other user's key begins with. */
export type UserKeys =
  | { readonly kind: "prefix" | "key"; readonly text: string }
  /** Not known: the template has no `{user}`, or a date, a name or a claim without a value before it. */
  | { readonly kind: "unknown"; readonly claim?: string };

/** Returns the prefix up to the user's segment and its slash, or the only key. */
export function userKeysOf(
  { segments, userIndex }: Template,
  { segment, claims }: PrefixOwner,
): UserKeys {
  if (userIndex < 0) return { kind: "unknown" };
  const texts: string[] = [];
  for (const parts of segments.slice(0, userIndex)) {
    let text = "";
    for (const part of parts) {
      if (part.kind === "literal") text += part.text;
      else if (part.kind !== "claim") return { kind: "unknown" };
      else {
        const value = claims[part.claim];
        if (value === undefined) return { kind: "unknown", claim: part.claim };
        text += encodeSegment(value);
      }
    }
    texts.push(text);
  }
  const own = [...texts, segment].join("/");
  return userIndex === segments.length - 1
    ? { kind: "key", text: own }
    : { kind: "prefix", text: `${own}/` };
}
