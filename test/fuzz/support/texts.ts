/** Texts as an attacker writes them: any code unit, and the pieces that parsers and stores trip over. */
import fc from "fast-check";

const PIECES = [
  "..",
  "/",
  "\\",
  ".",
  "%2e%2e%2f",
  "%",
  "%00",
  "%ZZ",
  "+",
  " ",
  "\0",
  "\r\n",
  "\t",
  "\u202E",
  "\u200B",
  "\u2028",
  "\uFEFF",
  "\uFFFE",
  "\u0301",
  "e\u0301",
  "\u212B",
  "\uD800",
  "\uDC00",
  "\u{1F389}",
  "한",
  "ㅎㅏㄴ",
  "?",
  "#",
  "&",
  "=",
  ";",
  ":",
  "@",
  "|",
  "~",
  "*",
  "'",
  '"',
  "<",
  ">",
  "`",
  "$",
  "{",
  "}",
  "{user}",
  "{id}",
  "$&",
  "$1",
  "__proto__",
  "constructor",
  "toString",
  "null",
  "=?UTF-8?B?4pyT?=",
  ".html",
  ".svg",
  ".JPG",
  ".tar.gz",
  "alice",
  "a",
  "0",
  "-",
  "_",
  ".-",
  ".2e",
] as const;

const codeUnits = fc.string({
  unit: fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code)),
  maxLength: 40,
});
const pieces = fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((all) => all.join(""));
const long = fc
  .tuple(fc.constantFrom(...PIECES), fc.integer({ min: 1, max: 1200 }))
  .map(([piece, times]) => piece.repeat(times).slice(0, 1200));

/** Any text, lone surrogates among them. */
export const anyText = fc.oneof(
  { weight: 4, arbitrary: pieces },
  { weight: 2, arbitrary: fc.string({ unit: "grapheme", maxLength: 40 }) },
  { weight: 2, arbitrary: codeUnits },
  { weight: 1, arbitrary: long },
);

/** Mostly the first: a request of which each field is nonsense is refused for the first one. */
export function mostly<T, U>(sound: fc.Arbitrary<T>, any: fc.Arbitrary<U>): fc.Arbitrary<T | U> {
  return fc.oneof({ weight: 15, arbitrary: sound }, { weight: 1, arbitrary: any });
}

const stems = mostly(
  fc.oneof(
    fc.stringMatching(/^[a-zA-Z0-9 ()_가-힣-]{1,20}$/),
    fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
      .map((text) => text.normalize("NFC")),
  ),
  anyText,
);

/** A file name that mostly is sound. */
export const anyName = fc
  .tuple(stems, fc.constantFrom("", ".png", ".JPG", ".txt", ".html", ".x", ".mp4", ".tar.gz", ". "))
  .map((parts) => parts.join(""));

/** What JSON can hold, with texts of an attacker. */
export const anyJson = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.constantFrom(null, true, false, 0, -1, 1.5, 1e21, 2 ** 53, -0, "", [], {}),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    anyText,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(anyText, tie("value"), { maxKeys: 4 }),
  ),
})).value;
