/** Reads requests and answers as text: HTTP/1.1 heads, the output of `curl -v`, copies from a browser's network panel. */
import type { Answer, Input, Reader } from "./input.ts";
import { readDate } from "./input.ts";
import { readUrl, type Request } from "./request.ts";

const REQUEST = /^([A-Z]{3,10}) (\S+) HTTP\/[\d.]+[ \t]*\r?(?:\n|$)/;
const ANSWER = /^HTTP\/[\d.]+ (\d{3})[^\n]*(?:\n|$)/;
const HEADER = /^(:?[\w!#$%&'*+.^`|~-]+):(?!\/\/)[ \t]*([^\n]*?)\r?(?:\n|$)/;
const VERBOSE = /^(?:[*<>](?: |\r?(?=\n|$))|[{}] \[)[^\n]*(?:\n|$)/;
/** More headers than any client sends. */
const MAX_LINES = 200;
/** Headers that only answers have, for a list without a status line. */
const ANSWER_HEADERS = ["x-amz-request-id", "x-amz-id-2", "cf-ray", "server", "x-trans-id"];
/** A list has at least one of these headers: "curl: (22) …" is not a header. */
const REQUEST_HEADER =
  /^(?::authority|host|accept.*|user-agent|origin|referer|content-.*|if-.*|x-amz-.*|transfer-encoding|authorization|connection|expect|sec-.*)$/;
/** A list with one of these headers is complete: other headers were not sent. */
const COMPLETE_LIST_HEADER = [":authority", "host", "user-agent", "accept"];
/** The messages of browsers for a blocked answer. */
const BROWSER_ERROR =
  /^[^\n]*(?:blocked by CORS policy|CORS request did not succeed|Failed to fetch|NetworkError when attempting|ERR_FAILED|Load failed|Network request failed|Network Error\b|opaque network error)[^\n]*/i;

/** Reads the head of a request or an answer, without its body. */
export const readHead: Reader = (text) => {
  const request = REQUEST.exec(text);
  if (request) {
    const { headers, length } = readHeaderLines(text.slice(request[0].length));
    const [line, method = "", target = ""] = request;
    return { inputs: [toSent(method, target, headers)], length: line.length + length };
  }
  const answer = ANSWER.exec(text);
  if (!answer) return undefined;
  const { headers, length } = readHeaderLines(text.slice(answer[0].length));
  return {
    inputs: [{ kind: "answer", answer: toAnswer(headers, Number(answer[1])) }],
    length: answer[0].length + length,
  };
};

/** Reads the output of `curl -v`. The last request and the last answer count. */
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
  return { inputs: heads.flatMap((head) => readHead(head)?.inputs ?? []), length };
};

/** Reads lines of `Name: value`. */
export const readHeaderList: Reader = (text) => {
  if (!HEADER.test(text)) return undefined;
  const { headers, length } = readHeaderLines(text);
  if (ANSWER_HEADERS.some((name) => headers.has(name))) {
    return { inputs: [{ kind: "answer", answer: toAnswer(headers) }], length };
  }
  if (![...headers.keys()].some((name) => REQUEST_HEADER.test(name))) return undefined;
  const method = headers.get(":method");
  const target = headers.get(":path");
  if (method !== undefined && target !== undefined) {
    return { inputs: [toSent(method, target, headers)], length };
  }
  const unknownHeaders = COMPLETE_LIST_HEADER.some((name) => headers.has(name)) ? [] : "all";
  const request: Request = { method: undefined, url: undefined, headers, unknownHeaders };
  return { inputs: [{ kind: "sent", request }], length };
};

/** Reads "Request URL", "Request Method" and "Status Code" of a browser's network panel, or a bare status. */
export const readPanel: Reader = (text) => {
  const found = /^(?:(Request URL|Request Method|Status Code):?\s+)?(\S+)[^\n]*/i.exec(text);
  const [whole = "", name = "", value = ""] = found ?? [];
  const isStatus =
    /^\d{3}$/.test(value) &&
    /^(?:Status Code[^\n]*\n?[^\n]*|\d{3}(?: [A-Z][\w ]*)?\r?)$/i.test(whole);
  if (isStatus) {
    return {
      inputs: [{ kind: "answer", answer: { status: Number(value) } }],
      length: whole.length,
    };
  }
  if (name === "") return undefined;
  const isUrl = name.toLowerCase() === "request url";
  const request: Request = {
    method: isUrl ? undefined : value.toUpperCase(),
    url: isUrl ? readUrl(value) : undefined,
    headers: new Map(),
    unknownHeaders: "all",
  };
  return { inputs: [{ kind: "sent", request }], length: whole.length };
};

/** Reads the message of a browser that blocked the answer. */
export const readBrowserError: Reader = (text) => {
  const line = BROWSER_ERROR.exec(text)?.[0];
  if (line === undefined) return undefined;
  return { inputs: [{ kind: "answer", answer: { status: 0 } }], length: line.length };
};

/** Reads headers up to the first other line. An empty line is included. */
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

function toSent(method: string, target: string, headers: ReadonlyMap<string, string>): Input {
  const host = headers.get("host") ?? headers.get(":authority") ?? "";
  const url = readUrl(target.startsWith("/") ? `https://${host}${target}` : target);
  return {
    kind: "sent",
    request: { method, url, headers, unknownHeaders: host === "" ? ["host"] : [] },
  };
}

function toAnswer(headers: ReadonlyMap<string, string>, status?: number): Answer {
  const date = readDate(headers.get("date"));
  return { ...(status !== undefined && { status }), ...(date && { date }) };
}
