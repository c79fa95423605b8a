/** A ticket as the Worker answered it, what a client was told to send, or a problem of the Worker. */
import * as z from "zod/mini";
import type { Piece, Reader } from "./input.ts";
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
/** A batch has results, uploads, parts: no answer of the Worker is deeper. */
const MAX_DEPTH = 6;
/** What `fetch` and its like add to the headers that they are given. */
const ADDED_BY_CLIENTS = ["host", "content-length", "content-type"];

export const readJson: Reader = (text) => {
  if (!/^(?:\{(?! \[)|\[\s*\{)/.test(text)) return undefined;
  const length = findEnd(text);
  if (length === undefined) throw new SyntaxError("The JSON is cut off: add the rest of it");
  const value = parse(text.slice(0, length));
  const found = findPieces(value, MAX_DEPTH);
  return { pieces: found.length > 0 ? found : readRest(value), length };
};

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError("The JSON cannot be read: copy it again, as a whole", { cause });
  }
}

/** Where the first value ends: brackets inside texts do not count. */
function findEnd(text: string): number | undefined {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/gs)) {
    if (token === "{" || token === "[") depth += 1;
    if (token === "}" || token === "]") depth -= 1;
    if (depth === 0) return index + token.length;
  }
  return undefined;
}

/** Every object with a URL, wherever it stands. */
function findPieces(value: unknown, depth: number): readonly Piece[] {
  if (typeof value !== "object" || value === null || depth === 0) return [];
  const piece = readRequest(value);
  return piece ? [piece] : Object.values(value).flatMap((inner) => findPieces(inner, depth - 1));
}

function readRequest(value: object): Piece | undefined {
  const { data } = requestSchema.safeParse(value);
  const url = readUrl(data?.url ?? data?.uploadURL ?? "");
  if (!data || !url) return undefined;
  const headers = toHeaders(data.headers);
  if (data.contentLength !== undefined) headers.set("content-length", String(data.contentLength));
  const isTicket =
    (data.uploadURL ?? data.expiresAt ?? data.expiresIn ?? data.contentLength) !== undefined;
  const unsaid = data.headers ? ADDED_BY_CLIENTS : "all";
  const method = data.method?.toUpperCase() ?? (data.uploadURL === undefined ? undefined : "PUT");
  return { kind: isTicket ? "ticket" : "either", request: { method, url, headers, unsaid } };
}

function readRest(value: unknown): readonly Piece[] {
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
    unsaid: ADDED_BY_CLIENTS,
  };
  return [{ kind: "sent", request }];
}

function toHeaders(headers: Readonly<Record<string, string>> = {}): Map<string, string> {
  return new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
