import type { ActiveUpload } from "./active-upload.ts";
import type { Checksum } from "./answers.ts";
import { rejectsField } from "./error.ts";
import { choosePartSize } from "./part-size.ts";
import { requestTicket } from "./request-ticket.ts";
import type { UploadContext } from "./upload-context.ts";

/** Creates a new upload, with a checksum if the app asks for one or the policy requires it. */
export async function createUpload(
  context: UploadContext,
  signal: AbortSignal,
): Promise<ActiveUpload> {
  const { checksum } = context.options;
  let algorithm: "sha256" | "md5" = "sha256";
  if (typeof checksum === "string") algorithm = checksum;
  else {
    try {
      return await requestInParts(context, signal, checksum);
    } catch (error) {
      if (checksum || !rejectsField(error, "/checksum")) throw error;
    }
  }
  // Loaded only if it is needed: most policies require no checksum.
  const { createWithChecksum } = await import("./create-with-checksum.ts");
  return createWithChecksum(context, algorithm, signal);
}

/** Requests a ticket for parts of the size that suits the line, or of the size that the service chooses. */
async function requestInParts(
  context: UploadContext,
  signal: AbortSignal,
  checksum: Checksum | undefined,
): Promise<ActiveUpload> {
  const { file, options } = context;
  const partSize = choosePartSize(file.size, context);
  // A file of one part has no use for a size.
  if (options.multipart === false || file.size <= partSize)
    return requestTicket(context, signal, { checksum });
  try {
    return await requestTicket(context, signal, { checksum, partSize });
  } catch (error) {
    // The store takes fewer parts, or the service is older.
    if (!rejectsField(error, "/partSize")) throw error;
    return requestTicket(context, signal, { checksum });
  }
}
