/** Adds to each field what it means. A field that nobody has described ends the build. */
import type { createDocument } from "zod-openapi";

type Document = ReturnType<typeof createDocument>;
interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly $ref?: string;
  description?: string;
}

/** By its name, or by `Component.name` where a name has two meanings. */
const FIELDS: Readonly<Record<string, string>> = {
  accessKeyId: "The three belong together: S3 clients take them as `aws_access_key_id` and so on",
  actions: "`read`, `write` or both. Default: all that the policy has",
  actual: "The value that exceeded the limit",
  "Policy.checksum":
    "Of the whole file: which algorithms are possible, and whether one is required",
  "Policy.credentials":
    "What credentials of `POST /v1/credentials` may do. Such a policy gives no tickets",
  "PolicyList.default": "The default policy, if the caller can use it",
  "Policy.delete": "`true`: what is under the caller's own prefix may be deleted",
  "Policy.download": "`true`: what is under the caller's own prefix may be read",
  "Policy.expiresIn": "How long a ticket can be used, in seconds",
  "Policy.metadata": "The names that may be set",
  "Policy.quota": "What remains of each limit",
  "Policy.types":
    "Which may be uploaded: `image/png`, `image/*`, `*/*`. Absent if the caller cannot upload",
  aborted: "How many were aborted",
  advice: "What to do about what is live, for people",
  all: "`true`: every token and upload of users, alone",
  "Revocation.before": "What was issued at or before that time is refused (RFC 3339)",
  before:
    "RFC 3339 with a zone. Default: now. A time in the future refuses also what is issued until then",
  effectiveAt: "From then on it is refused everywhere (RFC 3339)",
  failed: "How many could not be aborted: the log has the reasons",
  hasMore: "`true`: send the same request again, which aborts the next ones",
  issuer: "The `iss` of the users' tokens. Needed where the configuration has several issuers",
  kind: "URLs of tickets, or credentials",
  live: "What was given out, and stays valid until then",
  multipartUploads: "The open multipart uploads of the user. Absent without a user",
  store: "The name of the store",
  unchecked:
    "Policies whose open uploads could not be looked for: their keys name no user, or the store does not list them",
  until: "RFC 3339",
  user: "The id of the user at the issuer",
  abortMark: "`true`: the empty object of an aborted upload",
  abortedUploads: "How many uploads this request has aborted",
  after: "What is used now",
  attempts: "How often it has failed",
  "CorrectedQuota.before": "What was used",
  checks: "What was tried",
  configuration: "Names the configuration by its content, without its secrets",
  "Readiness.code": "The code of the problem that requests get now",
  "Readiness.durationMs": "How long the check has waited, in milliseconds",
  "Readiness.name": "`keys`, `ledger`, or `store` and its name",
  "Readiness.status": "`failing` if anything does not work",
  candidates: "Everybody whose key it can be",
  claim: "A claim whose value was not given: `claim.NAME=VALUE`",
  count: "How many are stuck in this ledger",
  deletedObjects: "How many objects this request has deleted",
  "DeletionReport.done": "`true`: everything that can be found is gone",
  expected: "What was read before: with other amounts nothing is changed",
  ledger: "The id of the Durable Object",
  "StuckList.kind":
    "A webhook that is not accepted, or an upload of which the store cannot be asked",
  "WaitingMessage.message": "The id of a webhook",
  "AdminUpload.name": "The name of the upload in logs and webhooks",
  "FoundObject.name": "The name of the upload in logs and webhooks",
  nextAt: "When it is sent next (RFC 3339)",
  "FoundObject.objects": "What each store of these policies has: without `size` nothing",
  pendingKey: "Where the file waits in quarantine, in place of `key`: only with `id`",
  outbox: "The webhooks of the user that wait, at most 100",
  "PolicyUsage.remaining": "What remains of each limit",
  problems: "What a store has refused",
  reason: "For operators",
  remainUntil: "When the last of them can be deleted (RFC 3339)",
  remainingUploads: "Uploads whose tickets may still store an object",
  reserved: "Bytes of uploads in progress",
  reset: "`true`: empties the windows. What is stored stays counted",
  since: "RFC 3339",
  stuck: "The oldest first",
  unattributed: "Policies whose keys do not say whose they are",
  unreached: "Policies whose quota belongs to a claim that was not given",
  "FoundObject.upload": "What the id itself says",
  "UsedAmounts.uploads": "In the window",
  used: "What is used. Of a window, what counts now",
  addressing: "Whether the bucket is in the path or in the host name",
  algorithm: "The algorithm of the checksum",
  alg: "ES256 (RFC 7518)",
  algorithms: "Each is possible; a multipart upload has fewer",
  background: "`true`: tickets for an operating system that sends in the background",
  bucket: "The bucket of the store",
  bytes: "The bytes of a window",
  checksum: "A checksum of the whole file",
  checksumEnforced: "`false` if the store is known to ignore the checksum",
  checksums: "By part number: the SHA-256 of the part in base64",
  code: "What happened. Never renamed: switch on it",
  completedAt: "When it was verified (RFC 3339)",
  contentLength: "The signed length in bytes. User agents set the header themselves",
  contentType: "`type/subtype` without parameters. Upper case in a request becomes lower case",
  createdAt: "RFC 3339",
  crv: "The curve",
  cursor: "The cursor of the previous answer; absent with the last page",
  endpoint: "The URL of the S3 API, without the bucket",
  deployment: "The id of the deployed version, if the platform has it",
  detail: "What to change, for developers",
  disposition: "Whether a browser saves the file or shows it",
  done: "The parts in the store with their granted lengths",
  error: "Repeats `code`",
  errors: "Each error in a field",
  etag: "The ETag of the store. Answers have it without quotes",
  ETag: "The ETag of the part",
  expiresAt: "RFC 3339",
  "Credentials.expiresIn": "Seconds until they end",
  expiresIn: "Seconds until which the request must start",
  extensions: "Known ones of `types`, without the dot. Absent with `*/*`",
  fields: "What Uppy reads of its result",
  "UppyForm.fields": "Send exactly these, and the file after them as `file`",
  fileName: "The name of the file",
  filename: "The name of the file. Its extension must belong to the type",
  fileSize: "Its exact size in bytes",
  fileType: "Its type. The PUT must send exactly this",
  finishedAt: "When it ended (RFC 3339)",
  headers: "Send exactly these",
  "Problem.id": "Of the completed upload that the same request has created",
  id: "Opaque. It names the upload in the other routes, for this caller only",
  ids: "Of the uploads, each once",
  instance: "The request, as a URN",
  key: "The object's key, unencoded",
  "UppyPresignRequest.key": "Of an upload that exists: its key. Otherwise any text",
  keys: "The signing key first",
  kid: "The id of the key",
  kty: "The type of the key",
  limit: "The limit",
  location: "The URL of the object in the store",
  maxBytes: "The most bytes of a file",
  minBytes: "The fewest bytes of a file",
  message: "Repeats `detail`",
  metadata: "Names that the policy lists",
  "UppyUpload.metadata":
    "The `meta` of Uppy's file: `size`, `policy`, `partSize`, and names that the policy lists",
  "UppyPresignRequest.metadata": "As in `UppyUpload`",
  method: "The method of the request",
  missing: "All other parts",
  multipart: "`true` for a multipart upload, `false` for one PUT. Default: the policy decides",
  "MultipartTicket.multipart": "The parts and their tickets",
  multipartFrom: "From this size on a multipart upload. Absent: there are none",
  name: "What `policy` of a request names",
  nextPartNumber: "The first part without a ticket",
  partCount: "How many parts there are",
  partNumber: "From 1 on",
  PartNumber: "From 1 on",
  partNumbers: "Each once",
  parts: "The parts",
  "CompleteRequest.parts": "For stores that cannot list parts: every part once",
  "UploadRequest.partSize":
    "The length in bytes of every part except the last one, if the upload is multipart. Default: the service decides",
  partSize: "The length in bytes of every part except the last one",
  partsListed: "`false` if the store cannot list parts",
  pending: "How many uploads may be pending",
  objects: "How many objects may be stored, with uploads in progress",
  stored: "How many bytes may be stored, with uploads in progress",
  policies: "In the order of the configuration",
  pointer: "A JSON pointer (RFC 6901)",
  policy: "The name of the policy. Default: the default policy",
  presignedUrls: "By part number",
  prefix: "What every key has to start with",
  problem: "The complete problem of a refused item",
  publicUrl: "Where an app displays the object, if its store has a `publicBaseUrl`",
  quota: "What remains of each limit of the policy's quota",
  region: "The region of the signature",
  reasons: "Each difference from what was granted",
  receipt: "A signed proof (compact JWS, ES256) for a backend",
  remaining: "What remains of it after this upload",
  required: "`true`: one of them must be sent",
  requestId: "Also in the log of the service",
  reservedUntil: "Until when it still takes its bytes and its place in the quota (RFC 3339)",
  resetsIn: "Seconds until the next window",
  results: "One for each item, in their order",
  retryAfter: "Seconds to wait",
  secretAccessKey: "Not shown again",
  sessionToken: "Sent with each request as `x-amz-security-token`",
  size: "The exact length in bytes",
  Size: "In bytes",
  sizeRequired: "`true`: `size` must be sent",
  sizeEnforced: "`false` if the request had no size: nothing limits the body",
  status: "The state of the upload",
  "BatchResults.status": "The status that the item would have had alone",
  "CompletionResults.status": "The status that the completion would have had alone",
  "Problem.status": "The HTTP status",
  "Health.status": "The service is configured",
  title: "The code in words",
  type: "`type/subtype` in lower case, without parameters",
  "Problem.type": "The type of the problem, a URI",
  upload: "The created upload",
  "CompletionResults.upload": "The completed upload",
  "Problem.upload": "After a failed verification: whether the upload can still be completed",
  uploadId: "The store's id of the upload, for logs",
  "UppyMultipart.uploadId": "Names the upload in Uppy's other routes",
  "UppyPresignRequest.uploadId": "Of an upload that exists",
  uploads: "The uploads",
  "Quota.uploads": "The uploads of a window",
  uploadURL: "The URL of the PUT",
  url: "The URL of the request",
  use: "`sig`",
  value: "The digest in base64 with padding; CRCs big-endian",
  version: "The version of the service",
  window: "How many parts one request signs",
  x: "Of the point",
  y: "Of the point",
};

/** Of parameters, by their names. */
const PARAMETERS: Readonly<Record<string, string>> = {
  "path.id": "The `id` of the upload, from the answer that created it",
  "path.uploadId": "The `uploadId` of the answer that created the upload",
  "path.partNumber": "From 1 on",
  "header.idempotency-key":
    "1 to 255 printable ASCII characters, with or without quotes. Under a policy with a quota, the same request with the same key returns the same upload, signed again",
  "path.user": "The user's id, as tokens have it, percent-encoded",
  "path.message": "The `message` of the user's `outbox`",
  "query.issuer": "The `iss` of the users' tokens. Needed where there are several issuers",
  "query.id": "The id of an upload",
  "query.status": "Selects one state",
  "query.cursor": "The cursor of the previous answer",
  "query.key": "The key of the upload",
  "query.partNumbers": "From 1 on, at most 25, with commas",
  "query.uploads": "Its presence, as S3 has it",
  "query.metadata[size]": "The exact length in bytes",
  "query.metadata[policy]": "The name of the policy. Default: the default policy",
};

/** Completes the document in place, and returns it. */
export function describeFields(document: Document): Document {
  const missing = new Set<string>();
  const find = (...names: readonly string[]): string => {
    const found = names.map((name) => PARAMETERS[name] ?? FIELDS[name]).find(Boolean);
    if (found === undefined) missing.add(names[0] ?? "");
    return found ?? "";
  };
  const describe = (component: string, schema: Schema): void => {
    for (const [name, field] of Object.entries(schema.properties ?? {})) {
      field.description ??= find(`${component}.${name}`, name);
      describe(component, field);
    }
    if (schema.items) describe(component, schema.items);
    for (const one of schema.anyOf ?? []) describe(component, one);
  };
  for (const [name, schema] of Object.entries(document.components?.schemas ?? {}))
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the part of a schema that is read here
    describe(name, schema as Schema);
  for (const path of Object.values(document.paths ?? {}))
    for (const { parameters = [] } of [path.get, path.post, path.patch, path.delete].flatMap(
      (one) => one ?? [],
    ))
      for (const parameter of parameters)
        if ("in" in parameter)
          parameter.description = find(`${parameter.in}.${parameter.name}`, parameter.name);
  if (missing.size === 0) return document;
  throw new Error(`Add to openapi/describe.ts what these mean: ${[...missing].join(", ")}`);
}
