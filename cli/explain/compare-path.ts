/** Compares the sent path with the signed one. */
import { canonicalPath, decodePath, foldDots } from "./canonical-request.ts";
import type { Evidence } from "./evidence.ts";

export type PathKind =
  | "key-double-encoded"
  | "key-plus-for-space"
  | "key-lower-case-hex"
  | "key-slash-encoded"
  | "key-not-encoded"
  | "key-over-encoded"
  | "key-normalized"
  | "key-folded"
  | "key-differs";

export interface PathDifference {
  readonly kind: PathKind;
  readonly signed: string;
  readonly sent: string;
  /** Whether stores that normalize the path see the same key. */
  readonly isSameKey: boolean;
}

/** Returns the difference of the paths, or of the signed path and the one that stores compute. */
export function comparePath({
  signed,
  sent,
  url,
  isComputed,
}: Evidence): PathDifference | undefined {
  const wanted = signed?.url?.path ?? url?.path;
  const actual = sent?.url?.path ?? wanted;
  if (wanted === undefined || actual === undefined) return undefined;
  const expected = isComputed ? canonicalPath(wanted) : wanted;
  if (expected !== actual) return { ...classify(expected, actual), signed: expected, sent: actual };
  const computed = canonicalPath(actual.replaceAll("+", "%20"));
  const short = foldDots(actual);
  if (short !== actual)
    return { kind: "key-folded", signed: actual, sent: short, isSameKey: false };
  if (computed === actual || isComputed) return undefined;
  // Some signers sign `+` as a space, but stores read it as a plus.
  return { ...classify(computed, actual), signed: computed, sent: actual };
}

function classify(signed: string, sent: string): Pick<PathDifference, "kind" | "isSameKey"> {
  const isSameKey = canonicalPath(signed) === canonicalPath(sent);
  return { kind: isSameKey ? spelling(signed, sent) : otherKey(signed, sent), isSameKey };
}

/** Returns the kind of another encoding of the same key. Only stores that compare bytes, such as R2, refuse it. */
function spelling(signed: string, sent: string): PathKind {
  if (upperHex(signed) === upperHex(sent)) return "key-lower-case-hex";
  if (/%2f/i.test(sent) && !/%2f/i.test(signed)) return "key-slash-encoded";
  return signed.length > sent.length ? "key-not-encoded" : "key-over-encoded";
}

function otherKey(signed: string, sent: string): PathKind {
  const [wanted, actual] = [decodePath(signed), decodePath(sent)];
  if (actual === signed || decodePath(actual) === wanted) return "key-double-encoded";
  if (spaced(signed) === spaced(sent)) return "key-plus-for-space";
  if (wanted.normalize("NFC") === actual.normalize("NFC")) return "key-normalized";
  if (folded(signed) === folded(sent)) return "key-folded";
  // A raw `?`, `#` or `%` ends the path or changes its meaning.
  return /[?#%]/.test(wanted) && wanted.startsWith(actual) ? "key-not-encoded" : "key-differs";
}

/** Returns the decoded path with every plus as a space. */
function spaced(path: string): string {
  return decodePath(path.replaceAll("+", "%20")).replaceAll("+", " ");
}

function folded(path: string): string {
  return foldDots(path).replaceAll(/\/{2,}/g, "/");
}

function upperHex(path: string): string {
  return path.replaceAll(/%[0-9a-f]{2}/gi, (escape) => escape.toUpperCase());
}
