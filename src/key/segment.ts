/** The rule for one segment of a key: what fails it is refused, never repaired. */

/**
 * Control, format (bidi, zero-width), lone surrogates, line separators, letters that are not seen, and
 * what is no character at all: a store's answers, and ours to Uppy, cannot have it (XML 1.0 section 2.2).
 */
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\u034F\u115F\u1160\u3164\uFFA0]/u;

/** What to change in a segment, or `undefined` where nothing is wrong. */
export function segmentFault(segment: string): string | undefined {
  if (segment === "") return "must not be empty";
  if (segment === "." || segment === "..") return `must not be "${segment}"`;
  if (segment.includes("/")) return "must not contain a slash";
  if (segment.includes("\\")) return "must not contain a backslash";
  if (UNSEEN.test(segment)) return "must not contain control, bidi or zero-width characters";
  if (segment !== segment.normalize("NFC")) return "must be in Unicode form NFC";
  return undefined;
}

/**
 * Any text as one segment, injectively: letters, digits, `_` and `-` stand for themselves, every
 * other byte of UTF-8 is `.` and two hexadecimal digits. So `auth0|123` is `auth0.7c123`, no two
 * texts give one segment, and a segment is never `.` or `..`.
 */
export function encodeSegment(text: string): string {
  let segment = "";
  for (const byte of new TextEncoder().encode(text)) {
    const character = String.fromCharCode(byte);
    segment += /[A-Za-z0-9_-]/.test(character)
      ? character
      : `.${byte.toString(16).padStart(2, "0")}`;
  }
  return segment;
}
