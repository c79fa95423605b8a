/** Makes text of stores, Workers and strangers harmless for a terminal: none of it is a command. */

/** The colors and weights of `styleText` that the commands use. */
// oxlint-disable-next-line no-control-regex -- the sequences themselves
const STYLE = /\u001B\[(?:1|2|22|31|32|33|36|39)m/y;
/** Control and format characters, lone surrogates, and the line and paragraph separators of Unicode. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/**
 * Escapes control characters as JSON does, so that JSON stays the same JSON. Keeps line breaks, and
 * the colors and weights of the commands.
 */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, (character, offset: number) => {
    STYLE.lastIndex = offset;
    return character === "\n" || STYLE.test(text) ? character : escape(character);
  });
}

/** Escapes all control characters of one value, also line breaks: a value cannot look like another line. */
export function printableValue(text: string): string {
  return text.replaceAll(UNPRINTABLE, escape);
}

function escape(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`,
  ).join("");
}
