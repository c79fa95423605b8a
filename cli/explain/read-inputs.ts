/** Text → pieces: each is recognised by how it begins. */
import type { Piece, Reader } from "./input.ts";
import { readCurl } from "./read-curl.ts";
import { readHead, readHeaderList, readPanel, readTrouble, readVerbose } from "./read-http.ts";
import { readJson } from "./read-json.ts";
import { readXml } from "./read-xml.ts";
import { readUrl } from "./request.ts";

const readUrlLine: Reader = (text) => {
  const line = /^[^\n]*/.exec(text)?.[0] ?? "";
  const url = readUrl(line.trim().replace(/^["'<](.*)["'>],?;?$/, "$1"));
  if (!url) return undefined;
  const request = {
    method: undefined,
    url,
    headers: new Map<string, string>(),
    unsaid: "all",
  } as const;
  return { pieces: [{ kind: "either", request }], length: line.length };
};

/** The first that knows the beginning reads: a browser's message may look like a header. */
const READERS: readonly Reader[] = [
  readXml,
  readVerbose,
  readJson,
  readCurl,
  readHead,
  readTrouble,
  readUrlLine,
  readPanel,
  readHeaderList,
];

/** A batch has 25 tickets; more is no request that somebody looks at. */
const MAX_PIECES = 100;

/** Lines that belong to nothing are passed over. Throws a `SyntaxError` that says what is wrong with a piece. */
export function readPieces(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (;;) {
    at += /^[\s\uFEFF]*/.exec(text.slice(at))?.[0].length ?? 0;
    if (at >= text.length) return pieces;
    const rest = text.slice(at);
    const read = readOne(rest);
    if (read) pieces.push(...read.pieces);
    if (pieces.length > MAX_PIECES) {
      throw new SyntaxError(`There are more than ${MAX_PIECES} pieces: give those of one request`);
    }
    at += read?.length ?? /^[^\n]*/.exec(rest)?.[0].length ?? rest.length;
  }
}

function readOne(text: string): ReturnType<Reader> {
  for (const reader of READERS) {
    const read = reader(text);
    if (read) return read;
  }
  return undefined;
}
