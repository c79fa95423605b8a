import { tryToAbort } from "./abort.ts";
import type { ActiveUpload } from "./active-upload.ts";
import { composeDigests, digest, digestParts, toBase64, type Algorithm } from "./digest.ts";
import { UploadError, rejectsField } from "./error.ts";
import { requestTicket } from "./request-ticket.ts";
import type { UploadContext } from "./upload-context.ts";

/** How the service splits a file into parts (docs/resumable.md). Its ticket is compared with this. */
const MiB = 2 ** 20;
const MIN_PART_BYTES = 8 * MiB;
const MAX_PARTS = 10_000;

/**
 * Creates a new upload with a checksum that is computed here. Only the service knows whether the
 * upload is multipart, which needs another checksum: the likelier one is tried first.
 */
export async function createWithChecksum(
  context: UploadContext,
  algorithm: Algorithm,
  signal: AbortSignal,
): Promise<ActiveUpload> {
  const { file, options } = context;
  const asSinglePart = async (): Promise<ActiveUpload> => {
    const value = toBase64(await digest(algorithm, file, signal));
    return requestTicket(context, signal, { algorithm, value });
  };
  const asMultipart = async (): Promise<ActiveUpload> => {
    const partSize = expectedPartSize(file.size);
    const digests = await digestParts(file, partSize, signal);
    const value = await composeDigests(digests, signal);
    const upload = await requestTicket(context, signal, { algorithm, value });
    if (upload.kind === "multipart" && upload.partSize === partSize)
      return {
        ...upload,
        digestOf: async (part) => toBase64(digests[part - 1] ?? new Uint8Array()),
      };
    await tryToAbort(context, upload.id);
    throw new UploadError(
      "unexpected-answer",
      "The service uses another part size than this client: update the older one of the two",
    );
  };
  if (algorithm === "md5" || options.multipart === false) return asSinglePart();
  const isLarge = options.multipart ?? file.size > MIN_PART_BYTES;
  const [first, second] = isLarge ? [asMultipart, asSinglePart] : [asSinglePart, asMultipart];
  try {
    return await first();
  } catch (error) {
    if (!rejectsField(error, "/checksum/value")) throw error;
    return second();
  }
}

function expectedPartSize(size: number): number {
  return Math.max(MIN_PART_BYTES, Math.ceil(size / MAX_PARTS / MiB) * MiB);
}
