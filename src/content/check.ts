/** Compares the first bytes of a file with its type. */
import { signatureOf } from "./signatures.ts";

/** How many bytes `contentError` wants, where the file has as many. */
export const START_BYTES = 4096;
/** Where a page is looked for: no browser looks further (WHATWG MIME Sniffing section 5.2 reads 1,445 bytes). */
const SNIFFED_BYTES = 1024;

/** What a browser or a server runs. A tag needs an end, or other bytes could be one by chance. */
const ACTIVE =
  /<(?:!doctype\s+html|(?:html|head|body|script|iframe|object|embed|svg|(?:\w{1,16}:)svg)[\s/>])/i;
/** A tag, a comment, a declaration or an instruction of HTML or XML. */
const MARKUP = /^[\s\uFEFF]*<[a-z!?/]/i;
/** What may stand before the root of an XML document (XML 1.0 section 2.8): no declarations of entities. */
const PROLOG = [
  { start: /^<\?/, end: "?>" },
  { start: /^<!--/, end: "-->" },
  { start: /^<!doctype\s+svg\s[^[>]*>/i, end: ">" },
] as const;
const JSON_START = /^[\s\uFEFF]*[[{"\d\-tfn]/;

/**
 * Returns what is wrong, or `undefined` where the file starts as one of its type does. `start` is the first
 * 4,096 bytes, or all of a shorter file.
 */
export function contentError(type: string, start: Uint8Array): string | undefined {
  const signature = signatureOf(type);
  if (!signature) return `there is no check for ${type}`;
  const { kind, starts } = signature;
  const bytes = String.fromCharCode(...start);
  const sniffed = bytes.slice(0, SNIFFED_BYTES);
  switch (kind) {
    case "svg":
      return isSvg(decode(start)) ? undefined : "the file does not start as SVG does";
    case "text":
      return textError(type, decode(start), sniffed);
    case "binary":
    case "archive":
      if (!starts.some((pattern) => startsWith(bytes, pattern)))
        return `the first bytes are not those of ${type}`;
      return kind === "binary" && ACTIVE.test(sniffed)
        ? "the first kilobyte has tags of HTML or SVG"
        : undefined;
  }
}

function textError(type: string, text: string, sniffed: string): string | undefined {
  if (text.includes("\0")) return "the text has a NUL, or is in UTF-16";
  if (MARKUP.test(text)) return "the text starts as HTML or XML does";
  if (ACTIVE.test(sniffed)) return "the first kilobyte has tags of HTML or SVG";
  // An empty file is the text that it is.
  if (/[/+]json$/.test(type) && text.trim() !== "" && !JSON_START.test(text))
    return "the text does not start as JSON does";
  return undefined;
}

function isSvg(text: string): boolean {
  let rest = text.replace(/^\uFEFF/, "").trimStart();
  for (;;) {
    const item = PROLOG.find(({ start }) => start.test(rest));
    if (!item) return /^<svg[\s/>]/i.test(rest);
    const end = rest.indexOf(item.end);
    if (end < 0) return false;
    rest = rest.slice(end + item.end.length).trimStart();
  }
}

/** Keeps a byte order mark, and replaces what is not UTF-8. */
function decode(start: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: false, ignoreBOM: true }).decode(start);
}

function startsWith(bytes: string, pattern: string): boolean {
  if (bytes.length < pattern.length) return false;
  for (let index = 0; index < pattern.length; index += 1)
    if (pattern[index] !== "?" && pattern[index] !== bytes[index]) return false;
  return true;
}
