/** Makes object keys: from a template for a new upload, or from a key that the client names. */
import { Problem, invalidRequest } from "../problem.ts";
import { encodeKey, type EncodedKey } from "../store/encode-key.ts";
import { matchesTemplate } from "./match.ts";
import { PLACEHOLDERS, type KeyOwner, type KeyValues } from "./placeholder.ts";
import { segmentError } from "./segment.ts";
import type { Part, Template } from "./template.ts";

declare const made: unique symbol;

/** A key that the caller may use. Only `makeKey` and `recognizeKey` make one. */
export interface ObjectKey {
  readonly [made]: true;
  readonly text: string;
  readonly encoded: EncodedKey;
  /** The key contains its random `{id}`, so that no other upload can have it. */
  readonly isUnique: boolean;
}

/** The parts of a grant, or of a caller and a policy, that a key depends on. */
interface KeyRule extends KeyOwner {
  readonly policy: {
    readonly name: string;
    readonly template: Template;
    /** Stands before the key until the file is checked. */
    readonly quarantine?: { readonly prefix: string } | undefined;
  };
}

interface KeyGrant extends KeyRule {
  readonly caller: KeyOwner["caller"] & {
    /** `key`: a whole key, or a prefix that ends with a slash. */
    readonly scope: { readonly key?: string | undefined };
  };
  readonly extension: string;
  readonly filename: string | undefined;
}

/** S3 counts the UTF-8 bytes of a key (AWS: "Naming Amazon S3 objects"). */
const MAX_KEY_BYTES = 1024;
const ENCODER = new TextEncoder();

/**
 * Returns the key of a new upload. Throws `invalid-request` for a file name that cannot be part of a
 * key, `forbidden` for a token without a claim of the template, and `key-outside-prefix` for a token
 * that is restricted to other keys.
 */
export function makeKey(grant: KeyGrant, { id, now }: Pick<KeyValues, "id" | "now">): ObjectKey {
  const text = chooseText(grant, { ...grant, id, now });
  const limit = MAX_KEY_BYTES - (grant.policy.quarantine?.prefix.length ?? 0);
  // A character has at most three bytes, so that most keys need not be encoded to count them.
  const bytes = text.length * 3 <= limit ? 0 : ENCODER.encode(text).length;
  if (bytes > limit) {
    const detail = `makes a key of ${bytes} bytes: a key may have at most ${limit}`;
    throw invalidRequest({ pointer: "/filename", detail });
  }
  return brand(text, text.includes(id));
}

/** Returns a key that a client names, if the policy can make it for this caller. Throws `key-outside-prefix`. */
export function recognizeKey(key: string, rule: KeyRule): ObjectKey {
  if (!matchesTemplate(key, rule.policy.template, rule)) throw outsidePrefix(rule.policy.name);
  return brand(key, false);
}

/** Returns the problem of every key that the caller may not use, whatever the reason. */
export function outsidePrefix(policy: string): Problem {
  const detail = `Use a key of your own, as the policy "${policy}" makes them`;
  return new Problem("key-outside-prefix", detail);
}

function chooseText(grant: KeyGrant, values: KeyValues): string {
  const { key: allowed } = grant.caller.scope;
  const { name, template, quarantine } = grant.policy;
  if (allowed !== undefined && !allowed.endsWith("/")) {
    if (quarantine) throw notUnique(name);
    if (matchesTemplate(allowed, template, grant)) return allowed;
    const detail = `The policy "${name}" cannot make the key that the token is restricted to`;
    throw new Problem("key-outside-prefix", detail);
  }
  const text = template.segments.map((parts) => fillSegment(parts, values)).join("/");
  if (text.startsWith(allowed ?? "")) return text;
  throw new Problem("key-outside-prefix", `The token is restricted to keys under "${allowed}"`);
}

/** A file that is promoted must replace no other one. */
function notUnique(policy: string): Problem {
  const detail = `The token is restricted to one key: the policy "${policy}" makes a new one for each upload`;
  return new Problem("key-outside-prefix", detail);
}

function fillSegment(parts: readonly Part[], values: KeyValues): string {
  const segment = parts.map((part) => fillPart(part, values)).join("");
  const error = segmentError(segment);
  if (error) throw invalidRequest({ pointer: "/filename", detail: error });
  return segment;
}

function fillPart(part: Part, values: KeyValues): string {
  if (part.kind === "literal") return part.text;
  return PLACEHOLDERS[part.kind].fill(values, part.kind === "claim" ? part.claim : "");
}

function brand(text: string, isUnique: boolean): ObjectKey {
  const key: Omit<ObjectKey, typeof made> = { text, encoded: encodeKey(text), isUnique };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the maker of the brand
  return key as ObjectKey;
}
