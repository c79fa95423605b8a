/** Resuming a multipart upload that was created before, for example before a reload. */
import { slicePart, type MultipartUpload } from "./active-upload.ts";
import { isPartsState } from "./answers.ts";
import type { RememberedUpload } from "./resume-storage.ts";
import type { UploadContext } from "./upload-context.ts";

/** Returns the upload of this file as the resume storage has it. */
export function reopenUpload({ file }: UploadContext, found: RememberedUpload): MultipartUpload {
  const { id, partSize, partCount, etags, hasDigests, expiresAt } = found;
  const digestOf = async (part: number, signal: AbortSignal) =>
    (await import("./digest.ts")).digestPart(slicePart(file, partSize, part), signal);
  return {
    kind: "multipart",
    id,
    partSize,
    partCount,
    etags: new Map(Object.entries(etags).map(([part, etag]) => [Number(part), etag])),
    tickets: new Map(),
    digestOf: hasDigests ? digestOf : undefined,
    expiresAt,
    isResumed: true,
  };
}

/** Updates `etags` to the parts that are stored. Returns `false` if the store cannot list them. */
export async function refreshEtags(
  { call }: UploadContext,
  { id, etags }: MultipartUpload,
  signal: AbortSignal,
): Promise<boolean> {
  const { partsListed, done } = await call(isPartsState, `GET /v1/uploads/${id}/parts`, { signal });
  if (!partsListed) return false;
  etags.clear();
  for (const { partNumber, etag } of done) etags.set(partNumber, etag);
  return true;
}
