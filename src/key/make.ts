/** Grant → ObjectKey: the only place that makes a key, and the only one that encodes one. */
import type { Policy } from "../config/config.ts";
import { segmentFault } from "./segment.ts";
import type { Part } from "./template.ts";
import { Problem, invalidRequest } from "../problem.ts";
import type { Caller } from "../grant/authenticate.ts";
import type { Grant } from "../grant/authorize.ts";
import { canMake, claimSegment } from "./match.ts";
import { isWithinNarrowing } from "../grant/token-scope.ts";

declare const made: unique symbol;

/** A key that its grant allows. Only `makeKey` and `recognizeKey` make one. */
export interface ObjectKey {
  readonly [made]: true;
  readonly text: string;
  /** For a path: every byte but RFC 3986's unreserved ones is `%XX`, `/` stays. */
  readonly encoded: string;
  /** It has an id of this upload alone: no other upload can have it. */
  readonly isUnique: boolean;
}

/** What a key takes from outside of its grant. */
export interface Ingredients {
  /** Unguessable, of `[0-9a-f-]`. */
  readonly id: string;
  readonly now: Date;
}

/** S3 counts the UTF-8 bytes of a key (AWS: "Naming Amazon S3 objects"). */
const MAX_KEY_BYTES = 1024;

/** Throws `invalid-request` for a file name that cannot be part of a key, `forbidden` for a token that lacks a claim. */
export function makeKey(grant: Grant, ingredients: Ingredients): ObjectKey {
  const text = chooseText(grant, ingredients);
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > MAX_KEY_BYTES) {
    const detail = `makes a key of ${bytes} bytes: at most ${MAX_KEY_BYTES} are possible`;
    throw invalidRequest({ pointer: "/filename", detail });
  }
  const key: Omit<ObjectKey, typeof made> = {
    text,
    encoded: encodeKey(text),
    isUnique: text.includes(ingredients.id),
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the maker of the brand
  return key as ObjectKey;
}

/**
 * A key from a client, if it is in the caller's own prefix of the policy, and where its token allows.
 * Throws `key-outside-prefix`, for whatever is wrong with it.
 */
export function recognizeKey(policy: Policy, caller: Caller, text: string): ObjectKey {
  const isClaimed = isWithinNarrowing(caller, { policy: policy.name, key: text });
  if (!isClaimed || !canMake(text, { policy, caller })) {
    throw new Problem(
      "key-outside-prefix",
      `Name a key of your own, as the policy "${policy.name}" makes them`,
    );
  }
  const key: Omit<ObjectKey, typeof made> = { text, encoded: encodeKey(text), isUnique: false };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the other maker of the brand
  return key as ObjectKey;
}

/** RFC 3986 section 2.3: `encodeURIComponent` leaves `!'()*`, which a byte-exact store refuses. */
export function encodeKey(text: string): string {
  return encodeURIComponent(text)
    .replaceAll("%2F", "/")
    .replaceAll(
      /[!'()*]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    );
}

/** The template filled in; or the token's own `key`: a whole key, or a prefix that ends with a slash. */
function chooseText(grant: Grant, ingredients: Ingredients): string {
  const { key: claimed } = grant.caller.narrowing;
  const { segments } = grant.policy.template;
  if (claimed !== undefined && !claimed.endsWith("/")) {
    if (canMake(claimed, grant)) return claimed;
    throw new Problem(
      "key-outside-prefix",
      `The token's key is none that the policy "${grant.policy.name}" can make`,
    );
  }
  const text = segments.map((parts) => fillSegment(parts, grant, ingredients)).join("/");
  if (text.startsWith(claimed ?? "")) return text;
  throw new Problem("key-outside-prefix", `The token is for keys under "${claimed}" only`);
}

function fillSegment(parts: readonly Part[], grant: Grant, ingredients: Ingredients): string {
  const segment = parts.map((part) => fillPart(part, grant, ingredients)).join("");
  const fault = segmentFault(segment);
  if (fault) throw invalidRequest({ pointer: "/filename", detail: fault });
  return segment;
}

function fillPart(part: Part, grant: Grant, { id, now }: Ingredients): string {
  switch (part.kind) {
    case "literal":
      return part.text;
    case "user":
      return grant.caller.segment;
    case "claim":
      return claimSegment(grant, part.claim);
    case "id":
      return id;
    case "ext":
      return grant.extension;
    case "name":
      return readName(grant);
    case "yyyy":
      return now.toISOString().slice(0, 4);
    case "mm":
      return now.toISOString().slice(5, 7);
    case "dd":
      return now.toISOString().slice(8, 10);
  }
}

function readName({ filename, policy }: Grant): string {
  if (filename !== undefined) return filename;
  throw invalidRequest({
    pointer: "/filename",
    detail: `is required: it is part of the key of "${policy.name}"`,
  });
}
