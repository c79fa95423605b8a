import { tryToAbort } from "./abort.ts";
import type { ActiveUpload } from "./active-upload.ts";
import { composeDigests, digest, digestParts, toBase64, type Algorithm } from "./digest.ts";
import { UploadError, rejectsField } from "./error.ts";
import { choosePartSize } from "./part-size.ts";
import { requestTicket } from "./request-ticket.ts";
import type { UploadContext } from "./upload-context.ts";

/** Of unknown policies, most take larger files in parts. */
const LIKELY_MULTIPART_BYTES = 8 * 2 ** 20;

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
    return requestTicket(context, signal, { checksum: { algorithm, value } });
  };
  const asMultipart = async (): Promise<ActiveUpload> => {
    const partSize = choosePartSize(file.size, context);
    const digests = await digestParts(file, partSize, signal);
    const value = await composeDigests(digests, signal);
    const upload = await requestTicket(context, signal, {
      checksum: { algorithm, value },
      partSize,
    });
    if (upload.kind === "multipart" && upload.partSize === partSize)
      return {
        ...upload,
        digestOf: async (part) => toBase64(digests[part - 1] ?? new Uint8Array()),
      };
    await tryToAbort(context, upload.id);
    throw new UploadError(
      "unexpected-answer",
      "The service did not take the part size of this client: update the older one of the two",
    );
  };
  if (algorithm === "md5" || options.multipart === false) return asSinglePart();
  const isLarge = options.multipart ?? file.size > LIKELY_MULTIPART_BYTES;
  const [first, second] = isLarge ? [asMultipart, asSinglePart] : [asSinglePart, asMultipart];
  try {
    return await first();
  } catch (error) {
    if (!rejectsField(error, "/checksum/value")) throw error;
    return second();
  }
}
