/** Reads a curl command, typed or from "Copy as cURL" of a browser. */
import { parseArgs } from "node:util";
import { forEachChild, parse, type Command, type SyntaxNode } from "unbash";
import { foldDots } from "./canonical-request.ts";
import type { Reader } from "./input.ts";
import { readUrl, type Request } from "./request.ts";

const START = /^(?:\$ +)?(?=curl\s)/;
/** Longer commands contain a body, which is ignored. */
const MAX_CHARACTERS = 262_144;

/** The options that matter, and those with a value, which would otherwise be read as the URL (curl: "curl.1"). */
const OPTIONS = {
  request: { type: "string", short: "X" },
  header: { type: "string", short: "H", multiple: true },
  "upload-file": { type: "string", short: "T" },
  data: { type: "string", short: "d" },
  "data-raw": { type: "string" },
  "data-ascii": { type: "string" },
  "data-binary": { type: "string" },
  "data-urlencode": { type: "string" },
  json: { type: "string" },
  form: { type: "string", short: "F" },
  "form-string": { type: "string" },
  url: { type: "string" },
  user: { type: "string", short: "u" },
  "oauth2-bearer": { type: "string" },
  "aws-sigv4": { type: "string" },
  range: { type: "string", short: "r" },
  head: { type: "boolean", short: "I" },
  get: { type: "boolean", short: "G" },
  "path-as-is": { type: "boolean" },
  "user-agent": { type: "string", short: "A" },
  referer: { type: "string", short: "e" },
  cookie: { type: "string", short: "b" },
  "cookie-jar": { type: "string", short: "c" },
  cert: { type: "string", short: "E" },
  config: { type: "string", short: "K" },
  "continue-at": { type: "string", short: "C" },
  "dump-header": { type: "string", short: "D" },
  "max-time": { type: "string", short: "m" },
  output: { type: "string", short: "o" },
  proxy: { type: "string", short: "x" },
  "write-out": { type: "string", short: "w" },
  cacert: { type: "string" },
  "connect-timeout": { type: "string" },
  "connect-to": { type: "string" },
  key: { type: "string" },
  "limit-rate": { type: "string" },
  resolve: { type: "string" },
  retry: { type: "string" },
  trace: { type: "string" },
  "trace-ascii": { type: "string" },
} as const;

export const readCurl: Reader = (text) => {
  const start = START.exec(text)?.[0].length;
  if (start === undefined) return undefined;
  const source = text.slice(start, start + MAX_CHARACTERS);
  const script = parse(source);
  const statement = script.commands[0];
  const command = statement && findCurl(statement);
  if (!statement || !command) return undefined;
  if (script.errors?.some(({ pos }) => pos <= statement.end)) {
    throw new SyntaxError("The curl command ends inside quotes: copy the whole command again");
  }
  const words = command.args.flatMap((word) => (word.type === "Word" ? [word.value] : []));
  const lineEnd = source.indexOf("\n", statement.end);
  const rest = source.slice(statement.end, lineEnd < 0 ? undefined : lineEnd);
  const isCutByShell = statement.background === true && rest.trim() !== "";
  return {
    inputs: [{ kind: "sent", request: readWords(words), isCutByShell }],
    length: start + statement.end + rest.length,
  };
};

function findCurl(node: SyntaxNode): Command | undefined {
  if (node.type === "Command" && node.name?.value === "curl") return node;
  let found: Command | undefined;
  forEachChild(node, (child) => {
    found ??= findCurl(child);
  });
  return found;
}

type Flags = ReturnType<typeof readFlags>["values"];

function readFlags(words: readonly string[]) {
  return parseArgs({ args: [...words], options: OPTIONS, strict: false, allowPositionals: true });
}

/** Returns the request that curl sends for these arguments, with the headers that it adds. */
function readWords(words: readonly string[]): Request {
  const { values, positionals } = readFlags(words);
  const address = textOf(values.url) ?? positionals[0];
  if (address === undefined || /^$|^\$|\$[{(A-Za-z]/.test(address)) {
    throw new SyntaxError("The curl command has no URL: replace the variable with the URL");
  }
  const url = readUrl(/^https?:\/\//i.test(address) ? address : `http://${address}`);
  const path = url && (values["path-as-is"] === true ? url.path : foldDots(url.path));
  const headers = readHeaders(values);
  const isLengthUnknown = hasBody(values) && !headers.has("transfer-encoding");
  return {
    method: readMethod(values),
    url: url && { ...url, path: path ?? url.path },
    headers,
    unknownHeaders: isLengthUnknown ? ["content-length"] : [],
  };
}

function readMethod(values: Flags): string {
  const given = textOf(values.request);
  if (given !== undefined) return given;
  if (values.head === true) return "HEAD";
  if (values["upload-file"] !== undefined) return "PUT";
  return hasBody(values) && values.get !== true ? "POST" : "GET";
}

function hasBody(values: Flags): boolean {
  const bodies = [values["upload-file"], values.json, values.form, values["form-string"]];
  return isForm(values) || bodies.some((body) => body !== undefined);
}

function isForm(values: Flags): boolean {
  const { data } = values;
  return [
    data,
    values["data-raw"],
    values["data-ascii"],
    values["data-binary"],
    values["data-urlencode"],
  ].some((body) => body !== undefined);
}

function readHeaders(values: Flags): ReadonlyMap<string, string> {
  const headers = new Map(impliedHeaders(values));
  const given = Array.isArray(values.header) ? values.header : [];
  for (const line of given) {
    const [, name = "", end = "", value = ""] = /^([^:;]+)([:;])(.*)$/s.exec(String(line)) ?? [];
    // "Name:" removes a default header of curl, "Name;" sends an empty one.
    if (end === ":" && value.trim() === "") headers.delete(name.trim().toLowerCase());
    else if (name) headers.set(name.trim().toLowerCase(), value.trim());
  }
  return headers;
}

function impliedHeaders(values: Flags): readonly (readonly [string, string])[] {
  const upload = textOf(values["upload-file"]);
  const range = textOf(values.range);
  const headers: Readonly<Record<string, string | false | undefined>> = {
    "content-type": typeOf(values),
    "transfer-encoding": (upload === "-" || upload === ".") && "chunked",
    range: range !== undefined && `bytes=${range}`,
    authorization: schemeOf(values),
  };
  return Object.entries(headers).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value] as const] : [],
  );
}

function typeOf(values: Flags): string | undefined {
  if (values.json !== undefined) return "application/json";
  if (values.form !== undefined || values["form-string"] !== undefined)
    return "multipart/form-data";
  return isForm(values) ? "application/x-www-form-urlencoded" : undefined;
}

function schemeOf(values: Flags): string | undefined {
  if (values["aws-sigv4"] !== undefined) return "AWS4-HMAC-SHA256";
  if (values["oauth2-bearer"] !== undefined) return "Bearer";
  return values.user === undefined ? undefined : "Basic";
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
