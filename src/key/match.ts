/** Whether a policy's template can make a key for a caller: what a token or a client names must be its own. */
import type { Policy } from "../config/config.ts";
import { encodeSegment, segmentFault } from "./segment.ts";
import { escapePattern, segmentPattern, type Part } from "./template.ts";
import { Problem } from "../problem.ts";
import type { Caller } from "../grant/authenticate.ts";

interface Maker {
  readonly policy: Policy;
  readonly caller: Caller;
  /** What `{ext}` has to be; any where it is left out. */
  readonly extension?: string;
}

/** Segment by segment, so that `u1` never reaches `u10`. Throws `forbidden` for a token that lacks a claim. */
export function canMake(text: string, maker: Maker): boolean {
  const { segments } = maker.policy.template;
  const texts = text.split("/");
  if (texts.length !== segments.length || text.length > 1024) return false;
  return segments.every((parts, index) => {
    const own = texts[index] ?? "";
    return !segmentFault(own) && segmentPattern(parts, (part) => sourceOf(part, maker)).test(own);
  });
}

/** A claim of the token as one segment. Throws `forbidden` where it is not there. */
export function claimSegment({ caller, policy }: Maker, claim: string): string {
  const value = Object.hasOwn(caller.claims, claim) ? caller.claims[claim] : undefined;
  if (typeof value === "string" && value !== "") return encodeSegment(value);
  if (typeof value === "number") return encodeSegment(String(value));
  const detail = `The token has no claim "${claim}", which is part of the key of "${policy.name}"`;
  throw new Problem("forbidden", detail);
}

function sourceOf(part: Part, maker: Maker): string {
  switch (part.kind) {
    case "literal":
      return escapePattern(part.text);
    case "user":
      return escapePattern(maker.caller.segment);
    case "claim":
      return escapePattern(claimSegment(maker, part.claim));
    case "ext":
      return maker.extension === undefined ? "[a-z0-9]{1,16}" : escapePattern(maker.extension);
    case "yyyy":
      return String.raw`\d{4}`;
    case "mm":
    case "dd":
      return String.raw`\d{2}`;
    case "id":
    case "name":
      return ".+";
  }
}
