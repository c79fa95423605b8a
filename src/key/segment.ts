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

/** Returns the text whose encoding the segment is; `undefined` where it is that of none. */
export function decodeSegment(segment: string): string | undefined {
  if (!/^(?:[A-Za-z0-9_-]|\.[0-9a-f]{2})*$/.test(segment)) return undefined;
  const bytes = Uint8Array.from(segment.matchAll(/\.(..)|./g), ([character, hex]) =>
    hex ? Number.parseInt(hex, 16) : character.charCodeAt(0),
  );
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return encodeSegment(text) === segment ? text : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Encodes a user of an issuer as one segment, which no other user has. No encoded text contains `.-`: there
 * a dot is followed by two hexadecimal digits.
 */
export function encodeUserSegment(user: string, userPrefix: string | undefined): string {
  return (userPrefix ? `${userPrefix}.-` : "") + encodeSegment(user);
}

/** Returns the user of the issuer with this prefix; `undefined` where the segment is that of none. */
export function decodeUserSegment(
  segment: string,
  userPrefix: string | undefined,
): string | undefined {
  const prefix = userPrefix ? `${userPrefix}.-` : "";
  return segment.startsWith(prefix)
    ? decodeSegment(segment.slice(prefix.length)) || undefined
    : undefined;
}
