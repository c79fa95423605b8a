import type { ActiveUpload } from "./active-upload.ts";
import { rejectsField } from "./error.ts";
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
      return await requestTicket(context, signal, checksum);
    } catch (error) {
      if (checksum || !rejectsField(error, "/checksum")) throw error;
    }
  }
  // Loaded only if it is needed: most policies require no checksum.
  const { createWithChecksum } = await import("./create-with-checksum.ts");
  return createWithChecksum(context, algorithm, signal);
}
