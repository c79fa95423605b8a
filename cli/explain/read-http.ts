/** Requests and answers as text: HTTP/1.1 heads, what `curl -v` prints, what a browser's network panel copies. */
import type { Answer, Piece, Reader } from "./input.ts";
import { readDate } from "./input.ts";
import { readUrl, type Request } from "./request.ts";

const REQUEST = /^([A-Z]{3,10}) (\S+) HTTP\/[\d.]+[ \t]*\r?(?:\n|$)/;
const ANSWER = /^HTTP\/[\d.]+ (\d{3})[^\n]*(?:\n|$)/;
const HEADER = /^(:?[\w!#$%&'*+.^`|~-]+):(?!\/\/)[ \t]*([^\n]*?)\r?(?:\n|$)/;
const VERBOSE = /^(?:[*<>](?: |\r?(?=\n|$))|[{}] \[)[^\n]*(?:\n|$)/;
/** No client sends as many headers. */
const MAX_LINES = 200;
/** Headers of answers alone, for a list without its status line. */
const ANSWERS_OWN = ["x-amz-request-id", "x-amz-id-2", "cf-ray", "server", "x-trans-id"];
/** What some header of a list has to be, so that "curl: (22) …" is none. */
const KNOWN =
  /^(?::authority|host|accept.*|user-agent|origin|referer|content-.*|if-.*|x-amz-.*|transfer-encoding|authorization|connection|expect|sec-.*)$/;
/** A list with one of these is whole: what is not in it was not sent. */
const WHOLE = [":authority", "host", "user-agent", "accept"];
/** What browsers say in place of a refusal that they may not show. */
const TROUBLE =
  /^[^\n]*(?:blocked by CORS policy|CORS request did not succeed|Failed to fetch|NetworkError when attempting|ERR_FAILED|Load failed|Network request failed|Network Error\b|opaque network error)[^\n]*/i;

/** A request's or an answer's head. What follows it is another piece. */
export const readHead: Reader = (text) => {
  const request = REQUEST.exec(text);
  if (request) {
    const { headers, length } = readHeaderLines(text.slice(request[0].length));
    const [line, method = "", target = ""] = request;
    return { pieces: [toSent(method, target, headers)], length: line.length + length };
  }
  const answer = ANSWER.exec(text);
  if (!answer) return undefined;
  const { headers, length } = readHeaderLines(text.slice(answer[0].length));
  return {
    pieces: [{ kind: "answer", answer: toAnswer(headers, Number(answer[1])) }],
    length: answer[0].length + length,
  };
};

/** Lines of `>` and `<` with the notes between them; the last request and the last answer count. */
export const readVerbose: Reader = (text) => {
  let length = 0;
  for (;;) {
    const line = VERBOSE.exec(text.slice(length))?.[0];
    if (line === undefined) break;
    length += line.length;
  }
  if (length === 0) return undefined;
  const lines = text.slice(0, length).split("\n");
  const heads = [">", "<"].flatMap((mark) => {
    const marked = lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(2));
    const last = marked.findLastIndex((line) => REQUEST.test(line) || ANSWER.test(line));
    return last < 0 ? [] : [marked.slice(last).join("\n")];
  });
  return { pieces: heads.flatMap((head) => readHead(head)?.pieces ?? []), length };
};

/** Lines of `Name: value` alone. */
export const readHeaderList: Reader = (text) => {
  if (!HEADER.test(text)) return undefined;
  const { headers, length } = readHeaderLines(text);
  if (ANSWERS_OWN.some((name) => headers.has(name))) {
    return { pieces: [{ kind: "answer", answer: toAnswer(headers) }], length };
  }
  if (![...headers.keys()].some((name) => KNOWN.test(name))) return undefined;
  const method = headers.get(":method");
  const target = headers.get(":path");
  if (method !== undefined && target !== undefined) {
    return { pieces: [toSent(method, target, headers)], length };
  }
  const unsaid = WHOLE.some((name) => headers.has(name)) ? [] : "all";
  const request: Request = { method: undefined, url: undefined, headers, unsaid };
  return { pieces: [{ kind: "sent", request }], length };
};

/** "Request URL", "Request Method" and "Status Code" of a browser's network panel, and a bare status. */
export const readPanel: Reader = (text) => {
  const found = /^(?:(Request URL|Request Method|Status Code):?\s+)?(\S+)[^\n]*/i.exec(text);
  const [whole = "", name = "", value = ""] = found ?? [];
  const isStatus =
    /^\d{3}$/.test(value) &&
    /^(?:Status Code[^\n]*\n?[^\n]*|\d{3}(?: [A-Z][\w ]*)?\r?)$/i.test(whole);
  if (isStatus) {
    return {
      pieces: [{ kind: "answer", answer: { status: Number(value) } }],
      length: whole.length,
    };
  }
  if (name === "") return undefined;
  const isUrl = name.toLowerCase() === "request url";
  const request: Request = {
    method: isUrl ? undefined : value.toUpperCase(),
    url: isUrl ? readUrl(value) : undefined,
    headers: new Map(),
    unsaid: "all",
  };
  return { pieces: [{ kind: "sent", request }], length: whole.length };
};

export const readTrouble: Reader = (text) => {
  const line = TROUBLE.exec(text)?.[0];
  if (line === undefined) return undefined;
  return { pieces: [{ kind: "answer", answer: { status: 0 } }], length: line.length };
};

/** Up to the first line that is no header; an empty one belongs to them. */
function readHeaderLines(text: string) {
  const headers = new Map<string, string>();
  let length = 0;
  for (let lines = 0; lines < MAX_LINES; lines += 1) {
    const line = HEADER.exec(text.slice(length));
    if (!line) break;
    const [whole, name = "", value = ""] = line;
    headers.set(name.toLowerCase(), value);
    length += whole.length;
  }
  return { headers, length: length + (/^\r?\n/.exec(text.slice(length))?.[0].length ?? 0) };
}

function toSent(method: string, target: string, headers: ReadonlyMap<string, string>): Piece {
  const host = headers.get("host") ?? headers.get(":authority") ?? "";
  const url = readUrl(target.startsWith("/") ? `https://${host}${target}` : target);
  return { kind: "sent", request: { method, url, headers, unsaid: host === "" ? ["host"] : [] } };
}

function toAnswer(headers: ReadonlyMap<string, string>, status?: number): Answer {
  const date = readDate(headers.get("date"));
  return { ...(status !== undefined && { status }), ...(date && { date }) };
}
