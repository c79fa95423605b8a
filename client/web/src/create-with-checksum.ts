/** A new upload with a checksum that is computed here. */
import { askTicket } from "./request-ticket.ts";
import { discardIfPossible } from "./complete.ts";
import { composeDigests, digest, digestParts, toBase64, type Algorithm } from "./digest.ts";
import { UploadError, isWrong } from "./error.ts";
import type { Begun, Job } from "./upload-context.ts";

/** How the service cuts (docs/resumable.md, "How a file is cut"): its ticket shows whether it did. */
const MiB = 2 ** 20;
const LEAST_PART_BYTES = 8 * MiB;
const MAX_PARTS = 10_000;

/** Of the parts or of the whole: which one it is depends on whether the service cuts the file. */
export async function beginChecked(
  job: Job,
  algorithm: Algorithm,
  signal: AbortSignal,
): Promise<Begun> {
  const { file, options } = job;
  const ofWhole = async (): Promise<Begun> => {
    const value = toBase64(await digest(algorithm, file, signal));
    return askTicket(job, signal, { algorithm, value });
  };
  const ofParts = async (): Promise<Begun> => {
    const partSize = guessPartSize(file.size);
    const digests = await digestParts(file, partSize, signal);
    const value = await composeDigests(digests, signal);
    const begun = await askTicket(job, signal, { algorithm, value });
    if (begun.kind === "parts" && begun.partSize === partSize)
      return {
        ...begun,
        digestOf: async (part) => toBase64(digests[part - 1] ?? new Uint8Array()),
      };
    await discardIfPossible(job, begun.id);
    throw new UploadError("unexpected-answer", "The service cuts the file in another way");
  };
  if (algorithm === "md5" || options.multipart === false) return ofWhole();
  const isLarge = options.multipart ?? file.size > LEAST_PART_BYTES;
  const [first, second] = isLarge ? [ofParts, ofWhole] : [ofWhole, ofParts];
  try {
    return await first();
  } catch (error) {
    if (!isWrong(error, "/checksum/value")) throw error;
    return second();
  }
}

function guessPartSize(size: number): number {
  return Math.max(LEAST_PART_BYTES, Math.ceil(size / MAX_PARTS / MiB) * MiB);
}
