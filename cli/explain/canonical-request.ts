/** The canonical request, line by line (AWS: "Create a canonical request"), as S3 makes it: the path is encoded once. */
import { createHash } from "node:crypto";
import { encodeKey } from "../../src/store/encode-key.ts";
import { headerOf, type Parameter, type Request, type Url } from "./request.ts";

const UNSIGNED = "UNSIGNED-PAYLOAD";
const SIGNATURE = "X-Amz-Signature";

/** A path in the one encoding that stores compute with. What cannot be decoded stays as it is. */
export function canonicalPath(path: string): string {
  return encodeKey(decodePath(path));
}

/** Every `%XX` decoded, once; the path itself where one is broken. */
export function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** What URL parsers do with `.` and `..`, written out or as `%2e` (WHATWG URL: "path state"). */
export function foldDots(path: string): string {
  const segments = path.split("/");
  const kept: string[] = [];
  for (const [index, segment] of segments.entries()) {
    const plain = segment.replaceAll(/%2e/gi, ".");
    if (plain === "..") kept.splice(Math.max(1, kept.length - 1));
    else if (plain !== ".") kept.push(segment);
    if ((plain === ".." || plain === ".") && index === segments.length - 1) kept.push("");
  }
  return kept.join("/");
}

/** The six lines of a request whose signed headers all are known; `undefined` where one is not. */
export function canonicalRequest(
  request: Request,
  signedHeaders: readonly string[],
): string | undefined {
  const { method, url } = request;
  const headers = signedHeaders.map((name) => {
    const value = headerOf(request, name);
    return value === undefined ? undefined : `${name}:${value}\n`;
  });
  if (method === undefined || !url || headers.includes(undefined)) return undefined;
  const payload = headerOf(request, "x-amz-content-sha256") ?? UNSIGNED;
  const lines = [method, canonicalPath(url.path), canonicalQuery(url), headers.join("")];
  return [...lines, signedHeaders.join(";"), payload].join("\n");
}

/** In hex, as the string to sign ends with it. */
export function hashOf(canonical: string): string {
  return createHash("sha256").update(canonical).digest("hex");
}

/** A request from the canonical request that AWS computed of what arrived; its signature stands beside it in the error. */
export function readCanonical(text: string, signature: string | undefined): Request | undefined {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const [method, path, query, ...rest] = lines;
  const end = rest.indexOf("");
  if (method === undefined || path === undefined || query === undefined || end < 0)
    return undefined;
  const headers = new Map(
    rest.slice(0, end).map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1)];
    }),
  );
  const parameters = [...readCanonicalQuery(query)];
  if (signature !== undefined) parameters.push({ name: SIGNATURE, value: signature });
  const host = headers.get("host") ?? "";
  const url: Url = { scheme: "https", host, path, parameters, fragment: "" };
  return { method, url, headers, unsaid: "all" };
}

function readCanonicalQuery(query: string): readonly Parameter[] {
  return query.split("&").flatMap((pair) => {
    const [name = "", value = ""] = pair.split("=");
    return name === "" ? [] : [{ name: decodePath(name), value: decodePath(value) }];
  });
}

function canonicalQuery({ parameters }: Url): string {
  return parameters
    .filter(({ name }) => name !== SIGNATURE)
    .map(({ name, value }) => `${encode(name)}=${encode(value)}`)
    .toSorted()
    .join("&");
}

function encode(text: string): string {
  return encodeKey(text).replaceAll("/", "%2F");
}
