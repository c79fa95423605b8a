/** Builds and reads canonical requests as S3 does, with a path that is encoded once (AWS: "Create a canonical request"). */
import { createHash } from "node:crypto";
import { encodeKey } from "../../src/store/encode-key.ts";
import { headerOf, type Parameter, type Request, type Url } from "./request.ts";

const UNSIGNED = "UNSIGNED-PAYLOAD";
const SIGNATURE = "X-Amz-Signature";

/** Returns a path in the encoding of canonical requests. A path that cannot be decoded is encoded again. */
export function canonicalPath(path: string): string {
  return encodeKey(decodePath(path));
}

/** Returns the path with every `%XX` decoded once, or the path itself if one is not valid. */
export function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Resolves `.` and `..` segments, also as `%2e`, as URL parsers do (WHATWG URL: "path state"). */
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

/** Returns the canonical request, or `undefined` if the value of a signed header is not known. */
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

/** Returns the hash of a canonical request in hex, as in the last line of the string to sign. */
export function hashOf(canonical: string): string {
  return createHash("sha256").update(canonical).digest("hex");
}

/** Reads the canonical request in an error of AWS: it shows the request that arrived. The signature is in another field. */
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
  return { method, url, headers, unknownHeaders: "all" };
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
