/** The rule for one segment of a key. A segment that breaks it is refused, never repaired. */

/**
 * Control and format characters (bidi, zero-width), lone surrogates, line separators, invisible letters
 * and noncharacters. XML cannot contain most of them (XML 1.0 section 2.2).
 */
const INVISIBLE =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\u034F\u115F\u1160\u3164\uFFA0]/u;

/** Neither invisible nor decomposed. */
const PRINTABLE_ASCII = /^[ -~]*$/;

/** Returns what to change in a segment, or `undefined` for a valid one. */
export function segmentError(segment: string): string | undefined {
  if (segment === "") return "must not be empty";
  if (segment === "." || segment === "..") return `must not be "${segment}"`;
  if (segment.includes("/")) return "must not contain a slash";
  if (segment.includes("\\")) return "must not contain a backslash";
  if (PRINTABLE_ASCII.test(segment)) return undefined;
  if (INVISIBLE.test(segment)) return "must not contain control, bidi or zero-width characters";
  if (segment !== segment.normalize("NFC")) return "must be in Unicode form NFC";
  return undefined;
}

/**
 * Encodes any text as one segment, injectively: letters, digits, `_` and `-` are kept, every other
 * byte of UTF-8 becomes `.` and two hexadecimal digits (`auth0|123` → `auth0.7c123`). The result is
 * never `.` or `..`.
 */
export function encodeSegment(text: string): string {
  if (/^[A-Za-z0-9_-]*$/.test(text)) return text;
  let segment = "";
  for (const byte of new TextEncoder().encode(text)) {
    const character = String.fromCharCode(byte);
    segment += /[A-Za-z0-9_-]/.test(character)
      ? character
      : `.${byte.toString(16).padStart(2, "0")}`;
  }
  return segment;
}
