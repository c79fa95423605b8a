/** Reads JSON: a ticket or a problem of the Worker, or the arguments of `fetch`. */
import * as z from "zod/mini";
import type { Input, Reader } from "./input.ts";
import { readUrl, type Request } from "./request.ts";

const requestSchema = z.object({
  url: z.optional(z.string()),
  uploadURL: z.optional(z.string()),
  method: z.optional(z.string()),
  headers: z.optional(z.record(z.string(), z.string())),
  contentLength: z.optional(z.number()),
  expiresIn: z.optional(z.number()),
  expiresAt: z.optional(z.string()),
});
const problemSchema = z.object({
  status: z.number(),
  code: z.string(),
  detail: z.optional(z.string()),
});
const headersSchema = z.record(z.string(), z.string());
/** No answer of the Worker is deeper: a batch has results, uploads, parts. */
const MAX_DEPTH = 6;
/** The headers that `fetch` and similar functions add. */
const ADDED_BY_CLIENTS = ["host", "content-length", "content-type"];

export const readJson: Reader = (text) => {
  if (!/^(?:\{(?! \[)|\[\s*\{)/.test(text)) return undefined;
  const length = findEnd(text);
  if (length === undefined) throw new SyntaxError("The JSON is cut off: copy all of it");
  const value = parse(text.slice(0, length));
  const found = findInputs(value, MAX_DEPTH);
  return { inputs: found.length > 0 ? found : readRest(value), length };
};

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError("The JSON is not valid: copy all of it again", { cause });
  }
}

/** Returns where the first value ends. Brackets inside strings do not count. */
function findEnd(text: string): number | undefined {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/gs)) {
    if (token === "{" || token === "[") depth += 1;
    if (token === "}" || token === "]") depth -= 1;
    if (depth === 0) return index + token.length;
  }
  return undefined;
}

/** Returns every object with a URL, at any depth. */
function findInputs(value: unknown, depth: number): readonly Input[] {
  if (typeof value !== "object" || value === null || depth === 0) return [];
  const input = readRequest(value);
  return input ? [input] : Object.values(value).flatMap((inner) => findInputs(inner, depth - 1));
}

function readRequest(value: object): Input | undefined {
  const { data } = requestSchema.safeParse(value);
  const url = readUrl(data?.url ?? data?.uploadURL ?? "");
  if (!data || !url) return undefined;
  const headers = toHeaders(data.headers);
  if (data.contentLength !== undefined) headers.set("content-length", String(data.contentLength));
  const isTicket =
    (data.uploadURL ?? data.expiresAt ?? data.expiresIn ?? data.contentLength) !== undefined;
  const unknownHeaders = data.headers ? ADDED_BY_CLIENTS : "all";
  const method = data.method?.toUpperCase() ?? (data.uploadURL === undefined ? undefined : "PUT");
  return {
    kind: isTicket ? "ticket" : "either",
    request: { method, url, headers, unknownHeaders },
  };
}

function readRest(value: unknown): readonly Input[] {
  const problem = problemSchema.safeParse(value).data;
  if (problem) {
    const { status, code, detail = "" } = problem;
    return [{ kind: "answer", answer: { status, problem: { code, detail } } }];
  }
  const options = requestSchema.safeParse(value).data;
  const headers = options?.headers ?? headersSchema.safeParse(value).data;
  if (!headers) return [];
  const request: Request = {
    method: options?.headers && options.method?.toUpperCase(),
    url: undefined,
    headers: toHeaders(headers),
    unknownHeaders: ADDED_BY_CLIENTS,
  };
  return [{ kind: "sent", request }];
}

function toHeaders(headers: Readonly<Record<string, string>> = {}): Map<string, string> {
  return new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
