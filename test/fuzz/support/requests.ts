/** Requests as bytes: every route's valid request, changed in any place. */
import fc from "fast-check";
import { anyJson, anyText, mostly } from "./texts.ts";

/** A request before the ids and the keys of real uploads are filled in. */
export interface FuzzedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const JSON_TYPE = { "content-type": "application/json" };
const XML_TYPE = { "content-type": "application/xml" };
const KEYED = { key: "{multipart-key}" };
const PARTS_XML =
  "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>&quot;etag-1&quot;</ETag></Part><Part><PartNumber>2</PartNumber><ETag>etag-2</ETag></Part></CompleteMultipartUpload>";
const SHA256 = { algorithm: "sha256", value: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" };
const UPLOAD = {
  policy: "document",
  filename: "a.txt",
  contentType: "text/plain",
  size: 5,
  checksum: SHA256,
  metadata: { album: "제주" },
  multipart: false,
  partSize: 5 * 2 ** 20,
  background: false,
};
const FILE = {
  filename: "a.mp4",
  type: "video/mp4",
  metadata: { name: "a.mp4", size: "16777216", policy: "video" },
};

type Base = Pick<FuzzedRequest, "method" | "path"> & Partial<FuzzedRequest>;

const BASES: readonly Base[] = [
  { method: "POST", path: "/v1/uploads", headers: JSON_TYPE, body: UPLOAD },
  {
    method: "POST",
    path: "/v1/uploads",
    headers: JSON_TYPE,
    body: { policy: "video", contentType: "video/mp4", size: 2 ** 24 },
  },
  {
    method: "POST",
    path: "/v1/uploads/batch",
    headers: JSON_TYPE,
    body: { uploads: [UPLOAD, UPLOAD] },
  },
  { method: "GET", path: "/v1/uploads", query: { status: "pending", cursor: "1.x" } },
  { method: "GET", path: "/v1/uploads/{id}" },
  {
    method: "POST",
    path: "/v1/uploads/{multipart-id}/parts",
    headers: JSON_TYPE,
    body: { partNumbers: [1, 2], checksums: { "1": SHA256.value }, background: false },
  },
  { method: "GET", path: "/v1/uploads/{multipart-id}/parts" },
  {
    method: "POST",
    path: "/v1/uploads/{id}/complete",
    headers: JSON_TYPE,
    body: { etag: "x", parts: [{ partNumber: 1, etag: "x" }] },
  },
  {
    method: "POST",
    path: "/v1/uploads/{multipart-id}/complete",
    headers: JSON_TYPE,
    body: { parts: [{ partNumber: 1, etag: "etag-1" }] },
  },
  {
    method: "POST",
    path: "/v1/uploads/batch/complete",
    headers: JSON_TYPE,
    body: { ids: ["{id}", "{multipart-id}"] },
  },
  { method: "GET", path: "/v1/policies" },
  { method: "DELETE", path: "/v1/uploads/{id}" },
  {
    method: "POST",
    path: "/v1/downloads",
    headers: JSON_TYPE,
    body: {
      policy: "document",
      key: "{key}",
      method: "GET",
      disposition: "inline",
      filename: '여행 "x".txt',
    },
  },
  {
    method: "DELETE",
    path: "/v1/objects",
    headers: JSON_TYPE,
    body: { policy: "document", key: "{key}" },
  },
  {
    method: "GET",
    path: "/presigned-url",
    query: { fileName: "a.png", fileType: "image/png", fileSize: "5", policy: "photo" },
  },
  {
    method: "GET",
    path: "/s3/params",
    query: {
      filename: "a.png",
      type: "image/png",
      "metadata[size]": "5",
      "metadata[policy]": "photo",
    },
    headers: { accept: "application/json" },
  },
  { method: "POST", path: "/s3/multipart", headers: JSON_TYPE, body: FILE },
  { method: "GET", path: "/s3/multipart/{multipart-id}", query: KEYED },
  { method: "GET", path: "/s3/multipart/{multipart-id}/1", query: KEYED },
  {
    method: "GET",
    path: "/s3/multipart/{multipart-id}/batch",
    query: { ...KEYED, partNumbers: "1,2" },
  },
  {
    method: "POST",
    path: "/s3/multipart/{multipart-id}/complete",
    query: KEYED,
    headers: JSON_TYPE,
    body: { parts: [{ PartNumber: 1, ETag: '"etag-1"' }] },
  },
  { method: "DELETE", path: "/s3/multipart/{multipart-id}", query: KEYED },
  {
    method: "POST",
    path: "/s3/presign",
    headers: JSON_TYPE,
    body: { method: "POST", key: "x", contentType: "video/mp4", metadata: { size: 2 ** 24 } },
  },
  {
    method: "POST",
    path: "/s3/presign",
    headers: JSON_TYPE,
    body: { method: "PUT", key: "{multipart-key}", uploadId: "{multipart-id}", partNumber: 1 },
  },
  { method: "GET", path: "/s3/uploads/{multipart-id}", query: KEYED },
  {
    method: "POST",
    path: "/s3/uploads/{multipart-id}",
    query: KEYED,
    headers: XML_TYPE,
    body: PARTS_XML,
  },
  { method: "POST", path: "/s3/uploads/{multipart-id}", query: { ...KEYED, uploads: "" } },
  { method: "DELETE", path: "/s3/uploads/{multipart-id}", query: KEYED },
  {
    method: "POST",
    path: "/uppy/{token}/s3/uploads/{multipart-id}",
    query: KEYED,
    headers: XML_TYPE,
    body: PARTS_XML,
  },
  { method: "GET", path: "/uppy/{token}//s3/params", headers: { accept: "application/json" } },
  { method: "GET", path: "/healthz" },
  { method: "GET", path: "/.well-known/jwks.json" },
  {
    method: "OPTIONS",
    path: "/v1/uploads",
    headers: { origin: "https://app.example.com", "access-control-request-method": "POST" },
  },
];

type Change = (request: FuzzedRequest) => FuzzedRequest;

/** Header names whose values the service reads, and others. */
const HEADERS = [
  "authorization",
  "content-type",
  "content-length",
  "transfer-encoding",
  "accept",
  "origin",
  "sec-fetch-site",
  "cf-connecting-ip",
  "access-control-request-headers",
  "x-amz-copy-source",
  "x-http-method-override",
  "content-encoding",
  "host",
] as const;

/** What a header can hold: bytes of visible Latin-1 and spaces. */
const headerValues = fc.oneof(
  anyText.map((text) => text.replaceAll(/[^\u0020-\u007E\u0080-\u00FF]/g, "")),
  fc.constantFrom(
    "application/json;charset=utf-16",
    " application/JSON ; x",
    "https://app.example.com",
    "https://app.example.com:443:443",
    "null",
    "cross-site",
    "Bearer",
    "Bearer a.b.c",
    "Basic YTpi",
    "::1",
    "1:2:3:4:5:6:7:8:9::",
    "0",
    "-1",
    "99999999999999999999",
  ),
);

/** Repeated up to the length that a route accepts: what is cheap to send must not be dear to read. `#` counts. */
const FILLERS = [
  ["[", "[],", "[]]"],
  ['{"parts":[', "{},", "{}]}"],
  ['{"parts":[', "0,", "0]}"],
  ['{"parts":[', '{"partNumber":1,"etag":"x"},', "{}]}"],
  ['{"parts":[', '{"PartNumber":0,"ETag":""},', "{}]}"],
  ['{"uploads":[', "{},", "{}]}"],
  ['{"uploads":[', "[],", "[]]}"],
  ['{"partNumbers":[', "0,", "0]}"],
  ['{"metadata":{', '"#":0,', '"b":0}}'],
  ['{"metadata":{"partSize":0', ',"#":0', "}}"],
  ["{", '"#":0,', '"b":0}'],
  ['{"parts":[{', '"#":0,', '"b":0}]}'],
  ['{"metadata":"', "\\ud800", '"}'],
  ["", "[", ""],
  ["", '{"a":', ""],
  ["", " ", ""],
  ["", "\\", ""],
  ['"', "\\u0000", '"'],
  ["<CompleteMultipartUpload>", "<Part>", "</CompleteMultipartUpload>"],
  ["<CompleteMultipartUpload>", "<Part></Part>", "</CompleteMultipartUpload>"],
  [
    "<CompleteMultipartUpload>",
    "<Part><PartNumber>0</PartNumber></Part>",
    "</CompleteMultipartUpload>",
  ],
  ["<CompleteMultipartUpload><Part><ETag>", "&amp;", "</ETag></Part></CompleteMultipartUpload>"],
  ["<CompleteMultipartUpload ", " ", "></CompleteMultipartUpload>"],
  ["<?xml ", "?", "?><CompleteMultipartUpload></CompleteMultipartUpload>"],
] as const;
const fillers = fc
  .tuple(fc.constantFrom(...FILLERS), fc.constantFrom(16_000, 29_000, 64_000, 2 ** 20 - 100))
  .map(([texts, bytes]) => new Filler(texts, bytes));

/** A long body, which a counterexample shows in short. */
class Filler {
  readonly texts: readonly [start: string, piece: string, end: string];
  readonly bytes: number;

  constructor(texts: Filler["texts"], bytes: number) {
    this.texts = texts;
    this.bytes = bytes;
  }

  toText(): string {
    const [start, piece, end] = this.texts;
    let text = start;
    for (let count = 0; text.length < this.bytes - end.length - 20; count += 1)
      text += piece.replace("#", String(count));
    return text + end;
  }
}

/** Replaces one value of a body at any depth. */
function replaceAt(value: unknown, at: readonly number[], replacement: unknown): unknown {
  const [first, ...rest] = at;
  if (first === undefined || typeof value !== "object" || value === null) return replacement;
  const entries = Object.entries(value);
  const [name] = entries[first % Math.max(1, entries.length)] ?? [];
  if (name === undefined) return replacement;
  const replaced = entries.map(
    ([key, inner]) => [key, key === name ? replaceAt(inner, rest, replacement) : inner] as const,
  );
  return Array.isArray(value)
    ? replaced.map(([, inner]): unknown => inner)
    : Object.fromEntries(replaced);
}

function toText(body: unknown): string {
  if (body instanceof Filler) return body.toText();
  return typeof body === "string" ? body : (JSON.stringify(body) ?? "");
}

const depths = fc.array(fc.nat({ max: 8 }), { minLength: 1, maxLength: 3 });
const set = <T>(values: fc.Arbitrary<T>, apply: (request: FuzzedRequest, value: T) => object) =>
  values.map((value): Change => (request) => ({ ...request, ...apply(request, value) }));

const changes: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 6,
    arbitrary: set(fc.tuple(depths, anyJson), ({ body }, [at, value]) => ({
      body: body === undefined || typeof body === "string" ? body : replaceAt(body, at, value),
    })),
  },
  {
    weight: 2,
    arbitrary: set(fc.tuple(anyText, anyJson), ({ body }, [name, value]) => ({
      body:
        typeof body === "object" && !(body instanceof Filler) ? { ...body, [name]: value } : body,
    })),
  },
  {
    weight: 2,
    arbitrary: set(
      fc.tuple(fc.nat({ max: 400 }), fc.nat({ max: 20 }), anyText),
      ({ body }, [at, length, text]) => {
        const whole = toText(body);
        return { body: whole.slice(0, at) + text + whole.slice(at + length) };
      },
    ),
  },
  {
    weight: 1,
    arbitrary: set(fc.uint8Array({ maxLength: 300 }), (_, body) => ({ body })),
  },
  {
    weight: 2,
    arbitrary: set(
      fc.tuple(
        fc.oneof(
          fc.constantFrom("key", "policy", "status", "cursor", "partNumbers", "metadata[policy]"),
          fc.constantFrom("fileName", "fileType", "fileSize", "filename", "type", "uploadId"),
          anyText,
        ),
        anyText,
      ),
      ({ query }, [name, value]) => ({ query: { ...query, [name]: value } }),
    ),
  },
  {
    weight: 2,
    arbitrary: set(
      fc.tuple(fc.constantFrom(...HEADERS), headerValues),
      ({ headers }, [name, value]) => ({ headers: { ...headers, [name]: value } }),
    ),
  },
  {
    weight: 1,
    arbitrary: set(
      fc.constantFrom("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"),
      (_, method) => ({ method }),
    ),
  },
  {
    weight: 2,
    arbitrary: set(fc.tuple(fc.nat({ max: 8 }), anyText), ({ path }, [at, text]) => {
      const segments = path.split("/");
      segments[1 + (at % Math.max(1, segments.length - 1))] = text;
      return { path: segments.join("/") };
    }),
  },
  {
    weight: 1,
    arbitrary: set(fc.tuple(fc.nat({ max: 60 }), anyText), ({ path }, [at, text]) => ({
      path: path.slice(0, at) + text + path.slice(at),
    })),
  },
);

/** A body up to the length that its route accepts. */
const longBodies = set(fillers, (_, body) => ({ body }));

/** A request of some route with at most a few changes. */
export const requests: fc.Arbitrary<FuzzedRequest> = fc
  .tuple(
    fc.constantFrom(...BASES),
    mostly(
      fc.array(changes, { minLength: 1, maxLength: 3 }),
      fc.oneof(
        fc.constant([] as Change[]),
        longBodies.map((change) => [change]),
      ),
    ),
  )
  .map(([base, applied]) =>
    applied.reduce((request, change) => change(request), {
      query: {},
      headers: {},
      body: undefined,
      ...base,
    } as FuzzedRequest),
  );

/** What real uploads have, by the name of its placeholder. */
export type Filled = Readonly<
  Record<"id" | "key" | "multipart-id" | "multipart-key" | "token", string>
>;

/** Returns what makes the request, or `undefined` where no client could send such a one. */
export function prepare(
  { method, path, query, headers, body }: FuzzedRequest,
  filled: Filled,
  origin = "https://uploads.example.com",
): (() => Request) | undefined {
  const fill = (text: string) =>
    text.replaceAll(/\{([a-z-]+)\}/g, (all, name: string) =>
      Object.hasOwn(filled, name) ? filled[name as keyof Filled] : all,
    );
  const named = Object.entries(query).map(([name, value]) => [name, fill(value)]);
  const search = new URLSearchParams(named).toString();
  const content = body instanceof Uint8Array ? body : new TextEncoder().encode(fill(toText(body)));
  const hasBody = body !== undefined && method !== "GET" && method !== "HEAD";
  const url = `${origin}/${fill(path).replace(/^\//, "")}${search && `?${search}`}`;
  const init = {
    method,
    headers: { authorization: `Bearer ${filled.token}`, ...headers },
    ...(hasBody && { body: content }),
  };
  const make = () => new Request(url, init);
  try {
    make();
    return make;
  } catch {
    return undefined;
  }
}
