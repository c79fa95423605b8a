/** Splits a text into inputs: each format is recognized by its first characters. */
import type { Input, Reader } from "./input.ts";
import { readCurl } from "./read-curl.ts";
import { readHead, readHeaderList, readPanel, readBrowserError, readVerbose } from "./read-http.ts";
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
    unknownHeaders: "all",
  } as const;
  return { inputs: [{ kind: "either", request }], length: line.length };
};

/** The first reader that recognizes the text is used. The order matters: a browser's message may look like a header. */
const READERS: readonly Reader[] = [
  readXml,
  readVerbose,
  readJson,
  readCurl,
  readHead,
  readBrowserError,
  readUrlLine,
  readPanel,
  readHeaderList,
];

/** A batch has 25 tickets: more than 100 inputs are not one request. */
const MAX_INPUTS = 100;

/** Returns the inputs of a text, without the lines that are not recognized. Throws a `SyntaxError` for broken input. */
export function readInputs(text: string): readonly Input[] {
  const inputs: Input[] = [];
  let at = 0;
  for (;;) {
    at += /^[\s\uFEFF]*/.exec(text.slice(at))?.[0].length ?? 0;
    if (at >= text.length) return inputs;
    const rest = text.slice(at);
    const read = readOne(rest);
    if (read) inputs.push(...read.inputs);
    if (inputs.length > MAX_INPUTS) {
      throw new SyntaxError(
        `The input has more than ${MAX_INPUTS} requests and answers: pass only those of one request`,
      );
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
