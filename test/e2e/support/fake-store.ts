/**
 * An S3 store that keeps every promise, and breaks those that a test names. It checks signatures
 * by itself, with node:crypto (AWS: "Authenticating Requests: Using Query Parameters").
 */
import { createHash, createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { crc32 } from "node:zlib";

/** One promise of a store, broken. */
export type Break =
  | "knows-no-key"
  | "clock"
  | "region"
  | "no-cors"
  | "cors-lacks-header"
  | "cors-lacks-checksum"
  | "no-exposed-etag"
  | "any-origin"
  | "reader-may-not"
  | "missing-is-403"
  | "length"
  | "type"
  | "path"
  | "any-header"
  | "no-condition"
  | "refuses-condition"
  | "expiry"
  | "future"
  | "unsigned-metadata"
  | "unsigned-acl"
  | "copies"
  | "copies-parts"
  | "copies-underscored"
  | "copies-parts-underscored"
  | "copies-under-guard"
  | "length-chunked"
  | "length-chunked-parts"
  | "closes-chunked"
  | "metadata-alias"
  | "any-form"
  | "metadata-underscored"
  | "race"
  | "no-cors-on-put"
  | "no-bucket-rules"
  | "other-root"
  | "writer-lists"
  | "writer-reads"
  | "writer-deletes"
  | "public"
  | "public-list"
  | "no-multipart"
  | "loses-parts"
  | "cannot-list"
  | "no-parts-listed"
  | "parts-replace"
  | "parts-after-abort"
  | "no-lifecycle"
  | "lifecycle-disabled"
  | "lifecycle-elsewhere"
  | "lifecycle-early"
  | "no-expiry"
  | "expiry-early"
  | "writer-writes-final"
  | "writer-copies-final"
  | "reader-may-not-copy"
  | "no-copy-condition"
  | "reader-may-not-delete"
  | "slow"
  | "busy"
  | "less-busy"
  | "demands-condition"
  | "md5"
  | "sha256"
  | "crc32"
  | "refuses-crc32"
  | "refuses-empty-header";

const WRITER = { id: "AKIDWRITER", secret: "the-writer's-secret" } as const;
const READER = { id: "AKIDREADER", secret: "the-reader's-secret" } as const;
/** Both pairs, as the secrets of a store `media`. */
export const PAIRS = {
  MEDIA_ACCESS_KEY_ID: WRITER.id,
  MEDIA_SECRET_ACCESS_KEY: WRITER.secret,
  MEDIA_READ_ACCESS_KEY_ID: READER.id,
  MEDIA_READ_SECRET_ACCESS_KEY: READER.secret,
} as const;
export const BUCKET = "acme";
export const REGION = "eu-west-1";
export const ORIGIN = "https://app.acme.dev";

interface Stored {
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly isPublic: boolean;
}

interface Incoming {
  readonly method: string;
  readonly url: URL;
  readonly rawPath: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Whether its object existed when the request began. */
  readonly existed: boolean;
}

interface Outgoing {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface Double {
  readonly endpoint: string;
  readonly broken: Set<Break>;
  readonly keys: () => readonly string[];
  /** The ids of multipart uploads that are under way. */
  readonly uploads: () => readonly string[];
  /** As if nothing had ever been put. */
  readonly forget: () => void;
  readonly close: () => Promise<void>;
}

export async function startDouble(): Promise<Double> {
  const broken = new Set<Break>();
  const store: State = {
    broken,
    objects: new Map<string, Stored>(),
    uploads: new Map<string, Map<number, Stored>>(),
    count: { puts: 0, uploads: 0 },
  };
  // It takes both lengths, as a store that breaks that promise does, and refuses them itself.
  const server = createServer(
    { insecureHTTPParser: true },
    (request, response) => void serve(store, request, response),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("No port");
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    broken,
    keys: () => [...store.objects.keys()],
    uploads: () => [...store.uploads.keys()],
    forget: () => {
      store.objects.clear();
      store.count.puts = 0;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface State {
  readonly broken: ReadonlySet<Break>;
  readonly objects: Map<string, Stored>;
  readonly uploads: Map<string, Map<number, Stored>>;
  readonly count: { puts: number; uploads: number };
}

async function serve(state: State, request: IncomingMessage, response: ServerResponse) {
  const chunks: Buffer[] = [];
  const rawPath = (request.url ?? "/").split("?")[0] ?? "/";
  const existed = state.objects.has(keyOf(rawPath));
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (state.broken.has("race")) await wait(20);
  const incoming: Incoming = {
    method: request.method ?? "GET",
    url: new URL(request.url ?? "/", `http://${request.headers.host}`),
    rawPath,
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    ),
    body: Buffer.concat(chunks),
    existed,
  };
  if (isChunkedTwice(incoming) && state.broken.has("closes-chunked")) {
    request.socket.destroy();
    return;
  }
  if (state.broken.has("slow")) await wait(20);
  const { status, headers = {}, body = "" } = answer(state, incoming);
  const skew = state.broken.has("clock") ? 600_000 : 0;
  response.writeHead(status, {
    date: new Date(Date.now() + skew).toUTCString(),
    ...corsHeaders(state, incoming),
    ...headers,
  });
  response.end(incoming.method === "HEAD" ? undefined : body);
}

const keyOf = (rawPath: string) => decodeURIComponent(rawPath).slice(`/${BUCKET}/`.length);

/** Both lengths (RFC 9112 section 6.3). */
const isChunkedTwice = ({ headers }: Incoming): boolean =>
  headers["transfer-encoding"] !== undefined && headers["content-length"] !== undefined;

function corsHeaders(
  { broken }: State,
  { headers, method }: Incoming,
): Readonly<Record<string, string>> {
  const { origin } = headers;
  if (origin === undefined || broken.has("no-cors")) return {};
  if (broken.has("no-cors-on-put") && method !== "OPTIONS") return {};
  if (origin !== ORIGIN && !broken.has("any-origin")) return {};
  return {
    "access-control-allow-origin": origin,
    ...(!broken.has("no-exposed-etag") && { "access-control-expose-headers": "ETag" }),
  };
}

const refuse = (status: number, code: string): Outgoing => ({
  status,
  body: `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`,
});

function answer(state: State, incoming: Incoming): Outgoing {
  const { broken } = state;
  if (incoming.method === "OPTIONS") return preflight(state, incoming);
  if (incoming.headers["content-type"]?.startsWith("multipart/form-data"))
    return broken.has("any-form") ? { status: 204 } : refuse(501, "NotImplemented");
  const isPart = incoming.url.searchParams.has("partNumber");
  if (isChunkedTwice(incoming) && !broken.has(isPart ? "length-chunked-parts" : "length-chunked"))
    return refuse(400, "InvalidRequest");
  const who = identify(state, incoming);
  if (typeof who !== "string") return who;
  const key = keyOf(incoming.rawPath);
  const query = incoming.url.searchParams;
  const isWriter = who === WRITER.id;
  if (key === "") return answerBucket(state, who, query);
  if (query.has("uploads") || query.has("uploadId"))
    return isWriter ? answerParts(state, incoming, key) : refuse(403, "AccessDenied");
  switch (incoming.method) {
    case "PUT":
      return mayPut(state, incoming, { who, key })
        ? putObject(state, incoming, key)
        : refuse(403, "AccessDenied");
    case "DELETE":
      if (who === "" || (isWriter && !broken.has("writer-deletes")))
        return refuse(403, "AccessDenied");
      if (!isWriter && broken.has("reader-may-not-delete")) return refuse(403, "AccessDenied");
      state.objects.delete(key);
      return { status: 204 };
    case "GET":
    case "HEAD":
      return readObject(state, who, key);
    default:
      return refuse(405, "MethodNotAllowed");
  }
}

/** The rights that setup prints. Below `checked/` are the final keys of a quarantine. */
function mayPut(
  { broken }: State,
  { headers }: Incoming,
  { who, key }: { readonly who: string; readonly key: string },
): boolean {
  if (!key.startsWith("checked/")) return who === WRITER.id;
  const isCopy = Boolean(headers["x-amz-copy-source"]);
  if (who === READER.id) return isCopy && !broken.has("reader-may-not-copy");
  return broken.has(isCopy ? "writer-copies-final" : "writer-writes-final");
}

function preflight({ broken }: State, { headers }: Incoming): Outgoing {
  const isAllowed = headers["origin"] === ORIGIN || broken.has("any-origin");
  if (broken.has("no-cors") || !isAllowed) return refuse(403, "AccessForbidden");
  const wanted = headers["access-control-request-headers"] ?? "";
  if (broken.has("cors-lacks-checksum") && /checksum|md5/.test(wanted))
    return refuse(403, "AccessForbidden");
  const allowed = broken.has("cors-lacks-header") ? "content-type" : wanted;
  return {
    status: 200,
    headers: { "access-control-allow-methods": "PUT", "access-control-allow-headers": allowed },
  };
}

/** The access key's id, `""` for nobody, or a refusal. */
function identify(state: State, incoming: Incoming): string | Outgoing {
  const { broken } = state;
  const { url, headers } = incoming;
  const query = url.searchParams;
  const authorization = headers["authorization"];
  if (!query.has("X-Amz-Signature") && authorization === undefined) return "";
  const read = (pattern: RegExp) => pattern.exec(authorization ?? "")?.[1] ?? "";
  const credential = query.get("X-Amz-Credential") ?? read(/Credential=([^,]+)/);
  const signedHeaders = (query.get("X-Amz-SignedHeaders") ?? read(/SignedHeaders=([^,]+)/)).split(
    ";",
  );
  const signature = query.get("X-Amz-Signature") ?? read(/Signature=(\w+)/);
  const date = query.get("X-Amz-Date") ?? headers["x-amz-date"] ?? "";
  const [id = "", day = "", region = "", service = ""] = credential.split("/");
  const pair = [WRITER, READER].find((one) => one.id === id);
  if (!pair || broken.has("knows-no-key")) return refuse(403, "InvalidAccessKeyId");
  if (region !== REGION && !broken.has("region"))
    return refuse(400, "AuthorizationQueryParametersError");

  const signedAt = Date.parse(
    date.replace(/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/, "$1-$2-$3T$4:$5:$6Z"),
  );
  const expires = Number(query.get("X-Amz-Expires") ?? 900) * 1000;
  if (Date.now() > signedAt + expires && !broken.has("expiry")) return refuse(403, "AccessDenied");
  if (signedAt > Date.now() + 900_000 && !broken.has("future"))
    return refuse(403, "RequestTimeTooSkewed");
  const unsigned = Object.keys(headers).filter(
    (name) =>
      name.startsWith("x-amz-") &&
      !signedHeaders.includes(name) &&
      !isTolerated(state, incoming, name),
  );
  if (unsigned.length > 0) return refuse(403, "AccessDenied");
  if (
    broken.has("refuses-empty-header") &&
    signedHeaders.some((name) => headers[name] === undefined)
  )
    return refuse(403, "SignatureDoesNotMatch");

  // A store that does not look at something takes whatever it was signed as: it cannot be rebuilt.
  const isBlind = (["length", "type", "path", "any-header"] as const).some((one) =>
    broken.has(one),
  );
  const key = ["aws4_request"].reduce(
    (last, step) => hmac(last, step),
    [day, region, service].reduce<Buffer | string>(
      (last, step) => hmac(last, step),
      `AWS4${pair.secret}`,
    ),
  );
  const compared = broken.has("copies-under-guard")
    ? { ...incoming, headers: { ...headers, "x-amz-copy-source": "" } }
    : incoming;
  const canonical = canonicalOf(compared, signedHeaders, headers["x-amz-content-sha256"]);
  const text = [
    "AWS4-HMAC-SHA256",
    date,
    `${day}/${region}/${service}/aws4_request`,
    sha256(canonical),
  ].join("\n");
  const isRight = hmac(key, text).toString("hex") === signature;
  return isRight || isBlind ? id : refuse(403, "SignatureDoesNotMatch");
}

function isTolerated({ broken }: State, { url }: Incoming, name: string): boolean {
  if (name === "x-amz-copy-source")
    return broken.has(url.searchParams.has("partNumber") ? "copies-parts" : "copies");
  if (name === "x-amz-acl") return broken.has("unsigned-acl");
  return name.startsWith("x-amz-meta-") && broken.has("unsigned-metadata");
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const hmac = (key: Buffer | string, text: string): Buffer =>
  createHmac("sha256", key).update(text).digest();
const encode = (text: string) =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );

function canonicalOf(
  { method, url, rawPath, headers }: Incoming,
  signedHeaders: readonly string[],
  payload = "UNSIGNED-PAYLOAD",
): string {
  const query = [...url.searchParams]
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .toSorted()
    .join("&");
  const lines = signedHeaders.map((name) => `${name}:${(headers[name] ?? "").trim()}`);
  return [method, rawPath, query, ...lines, "", signedHeaders.join(";"), payload].join("\n");
}

/** The copy source, also under the name that WSGI takes for the same. */
function copySourceOf({ broken }: State, { headers, url }: Incoming): string | undefined {
  const isPart = url.searchParams.has("partNumber");
  return broken.has(isPart ? "copies-parts-underscored" : "copies-underscored")
    ? (headers["x_amz_copy_source"] ?? headers["x-amz-copy-source"])
    : headers["x-amz-copy-source"];
}

function metadataOf(
  { broken }: State,
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]): (readonly [string, string])[] => {
      if (!name.startsWith("x-amz-meta-")) return [];
      const bare = name.slice("x-amz-meta-".length);
      const alias = broken.has("metadata-alias") ? headers[`x-rgw-meta-${bare}`] : undefined;
      const folded = broken.has("metadata-underscored")
        ? headers[name.replaceAll("-", "_")]
        : undefined;
      return [[name, [value, alias, folded].filter((one) => one !== undefined).join(",")]];
    }),
  );
}

function answerBucket({ broken }: State, who: string, query: URLSearchParams): Outgoing {
  if (broken.has("no-bucket-rules") && query.has("cors")) return refuse(501, "NotImplemented");
  if (broken.has("no-bucket-rules") && query.has("lifecycle"))
    return document("ListBucketResult", "<Name>acme</Name>");
  if (query.has("cors")) return refuse(404, "NoSuchCORSConfiguration");
  if (query.has("lifecycle")) {
    if (who !== READER.id) return refuse(403, "AccessDenied");
    if (broken.has("no-lifecycle")) return refuse(404, "NoSuchLifecycleConfiguration");
    const status = broken.has("lifecycle-disabled") ? "Disabled" : "Enabled";
    const prefix = broken.has("lifecycle-elsewhere") ? "logs/" : "";
    const days = broken.has("lifecycle-early") ? 1 : 8;
    const rule = `<Rule><Filter><Prefix>${prefix}</Prefix></Filter><Status>${status}</Status><AbortIncompleteMultipartUpload><DaysAfterInitiation>${days}</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>`;
    const expiry = `<Rule><Filter><Prefix>pending/</Prefix></Filter><Status>Enabled</Status><Expiration><Days>${broken.has("expiry-early") ? 2 : 30}</Days></Expiration></Rule>`;
    const rules = broken.has("no-expiry") ? rule : rule + expiry;
    return { status: 200, body: `<LifecycleConfiguration>${rules}</LifecycleConfiguration>` };
  }
  const mayList = who === READER.id || broken.has(who === "" ? "public-list" : "writer-lists");
  return mayList
    ? { status: 200, body: "<ListBucketResult></ListBucketResult>" }
    : refuse(403, "AccessDenied");
}

function readObject({ broken, objects }: State, who: string, key: string): Outgoing {
  const object = objects.get(key);
  const mayRead =
    (who === READER.id && !broken.has("reader-may-not")) ||
    (who === WRITER.id && (broken.has("writer-reads") || broken.has("copies"))) ||
    (who === "" && (broken.has("public") || object?.isPublic === true));
  if (!mayRead) return refuse(403, "AccessDenied");
  if (!object) return refuse(broken.has("missing-is-403") ? 403 : 404, "NoSuchKey");
  return {
    status: 200,
    headers: {
      ...object.headers,
      "content-length": String(object.bytes.length),
      etag: etagOf(object.bytes),
    },
    body: object.bytes,
  };
}

const etagOf = (bytes: Buffer) => `"${createHash("md5").update(bytes).digest("hex")}"`;

function putObject(state: State, incoming: Incoming, key: string): Outgoing {
  const { broken, objects, count } = state;
  const { headers, body, existed } = incoming;
  count.puts += 1;
  // Every second or third one, never the first: what a probe needs is not there.
  if (broken.has("busy") && count.puts % 2 === 0) return refuse(503, "SlowDown");
  if (broken.has("less-busy") && count.puts % 3 === 0) return refuse(429, "TooManyRequests");
  const condition = headers["if-none-match"];
  if (condition === undefined && broken.has("demands-condition"))
    return refuse(403, "AccessDenied");
  if (condition !== undefined && broken.has("refuses-condition"))
    return refuse(501, "NotImplemented");
  const isThere = broken.has("race") ? existed : objects.has(key);
  if (condition !== undefined && isThere && !broken.has("no-condition"))
    return refuse(412, "PreconditionFailed");
  const refusal = checksumError(state, headers, body);
  if (refusal) return refusal;
  const source = copySourceOf(state, incoming);
  const copied = source
    ? objects.get(decodeURIComponent(source).replace(/^\//, "").slice(`${BUCKET}/`.length))
    : undefined;
  const copyCondition = headers["x-amz-copy-source-if-match"];
  if (copied && copyCondition !== undefined && !broken.has("no-copy-condition")) {
    if (copyCondition !== etagOf(copied.bytes)) return refuse(412, "PreconditionFailed");
  }
  objects.set(key, {
    bytes: copied?.bytes ?? body,
    isPublic: headers["x-amz-acl"] === "public-read",
    headers: {
      ...(headers["content-type"] !== undefined && { "content-type": headers["content-type"] }),
      ...metadataOf(state, headers),
    },
  });
  return copied
    ? {
        status: 200,
        body: `<CopyObjectResult><ETag>${etagOf(copied.bytes)}</ETag></CopyObjectResult>`,
      }
    : { status: 200, headers: { etag: etagOf(body) } };
}

/** It knows MD5, SHA-256 and CRC-32, and takes no other. */
function checksumError(
  { broken }: State,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
): Outgoing | undefined {
  if ("x-amz-checksum-crc32c" in headers || "x-amz-checksum-crc64nvme" in headers)
    return refuse(501, "NotImplemented");
  if ("x-amz-checksum-crc32" in headers && broken.has("refuses-crc32"))
    return refuse(400, "InvalidRequest");
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(body));
  const digests = [
    ["md5", "content-md5", createHash("md5").update(body).digest("base64")],
    ["sha256", "x-amz-checksum-sha256", createHash("sha256").update(body).digest("base64")],
    ["crc32", "x-amz-checksum-crc32", crc.toString("base64")],
  ] as const;
  const isWrong = digests.some(
    ([name, header, digest]) =>
      headers[header] !== undefined && headers[header] !== digest && !broken.has(name),
  );
  return isWrong ? refuse(400, "BadDigest") : undefined;
}

function answerParts(state: State, incoming: Incoming, key: string): Outgoing {
  const { broken, uploads, objects } = state;
  const { method, url, headers, body } = incoming;
  const query = url.searchParams;
  if (method === "POST" && query.has("uploads")) {
    if (broken.has("no-multipart")) return refuse(501, "NotImplemented");
    state.count.uploads += 1;
    const uploadId = `upload-${state.count.uploads}`;
    uploads.set(uploadId, new Map());
    const root = `InitiateMultipartUpload${broken.has("other-root") ? "" : "Result"}`;
    return document(root, `<UploadId>${uploadId}</UploadId>`);
  }
  const parts = uploads.get(query.get("uploadId") ?? "");
  const isGone = parts === undefined;
  if (isGone && !(method === "PUT" && broken.has("parts-after-abort")))
    return refuse(404, "NoSuchUpload");
  const known = parts ?? new Map<number, Stored>();
  if (method === "PUT") {
    const source = copySourceOf(state, incoming);
    known.set(Number(query.get("partNumber")), { bytes: body, headers: {}, isPublic: false });
    return source
      ? { status: 200, body: `<CopyPartResult><ETag>"x"</ETag></CopyPartResult>` }
      : { status: 200, headers: { etag: etagOf(body) } };
  }
  if (method === "GET") {
    if (broken.has("cannot-list")) return refuse(501, "NotImplemented");
    if (broken.has("no-parts-listed")) return refuse(403, "AccessDenied");
    const listed = broken.has("loses-parts") ? [] : [...known];
    const blocks = listed.map(
      ([number, { bytes }]) =>
        `<Part><PartNumber>${number}</PartNumber><ETag>${etagOf(bytes)}</ETag><Size>${bytes.length}</Size></Part>`,
    );
    return document("ListPartsResult", `<IsTruncated>false</IsTruncated>${blocks.join("")}`);
  }
  if (method === "DELETE") {
    uploads.delete(query.get("uploadId") ?? "");
    return { status: 204 };
  }
  if (headers["if-none-match"] === "*" && objects.has(key) && !broken.has("parts-replace"))
    return refuse(412, "PreconditionFailed");
  const bytes = Buffer.concat([...known.values()].map((part) => part.bytes));
  objects.set(key, { bytes, headers: {}, isPublic: false });
  uploads.delete(query.get("uploadId") ?? "");
  return document("CompleteMultipartUploadResult", "<ETag>whole</ETag>");
}

const document = (root: string, content: string): Outgoing => ({
  status: 200,
  body: `<?xml version="1.0"?>\n<${root}>${content}</${root}>`,
});
