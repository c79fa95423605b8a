import { UploadError } from "./error.ts";

/** Reads the file. Throws `file-unreadable` if it was changed or deleted since it was chosen. */
export async function readFile(file: Blob): Promise<ArrayBuffer> {
  try {
    return await file.arrayBuffer();
  } catch (cause) {
    throw new UploadError("file-unreadable", "Choose the file again: it cannot be read", { cause });
  }
}
