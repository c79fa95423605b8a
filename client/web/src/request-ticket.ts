/** Requests a ticket, and turns it into an upload. */
import type { ActiveUpload, MultipartUpload, SinglePartUpload } from "./active-upload.ts";
import { isTicket, type Checksum, type MultipartTicket, type SinglePartTicket } from "./answers.ts";
import { describeFile } from "./options.ts";
import { timeTicket } from "./timed-ticket.ts";
import type { UploadContext } from "./upload-context.ts";

/** Waits for the answer even if the signal is aborted, so that the upload can be aborted by its id. */
export async function requestTicket(
  context: UploadContext,
  signal: AbortSignal,
  {
    checksum,
    partSize,
  }: { readonly checksum?: Checksum | undefined; readonly partSize?: number | undefined } = {},
): Promise<ActiveUpload> {
  const { file, options } = context;
  const { policy, metadata, multipart, onTicket } = options;
  const { filename, contentType } = describeFile(file, options);
  const body = {
    policy,
    filename,
    contentType: contentType || (await guess(filename)),
    size: file.size,
    checksum,
    metadata,
    multipart,
    partSize,
  };
  const request = { body, signal, mustFinish: true };
  const ticket = await context.call(isTicket, "POST /v1/uploads", request);
  const upload = ticket.multipart
    ? toMultipartUpload(context, ticket)
    : toSinglePartUpload(context, ticket);
  onTicket?.(ticket);
  return upload;
}

function toSinglePartUpload(context: UploadContext, ticket: SinglePartTicket): SinglePartUpload {
  const timed = timeTicket(ticket, context);
  return { kind: "single-part", id: ticket.id, timed, etag: undefined, sent: "no" };
}

function toMultipartUpload(
  context: UploadContext,
  { id, multipart, expiresIn }: MultipartTicket,
): MultipartUpload {
  const { partSize, partCount, parts } = multipart;
  return {
    kind: "multipart",
    id,
    partSize,
    partCount,
    etags: new Map(),
    tickets: new Map(parts.map((part) => [part.partNumber, timeTicket(part, context)])),
    digestOf: undefined,
    expiresAt: context.now() + expiresIn * 1000,
    isResumed: false,
  };
}

/** Browsers do not know every type: HEIC photos have none outside of Safari. */
async function guess(filename: string | undefined): Promise<string> {
  // Loaded only if it is needed. Without it the service decides.
  const loaded = filename && (await import("./guess-type.ts").catch(() => undefined));
  return (loaded && loaded.guessType(filename)) || "application/octet-stream";
}
