import { UploadError } from "./error.ts";

/** A file that was changed or taken away since it was chosen cannot be read any more: `file-unreadable`. */
export async function readFile(file: Blob): Promise<ArrayBuffer> {
  try {
    return await file.arrayBuffer();
  } catch (cause) {
    throw new UploadError("file-unreadable", "Choose the file again: it cannot be read", { cause });
  }
}
