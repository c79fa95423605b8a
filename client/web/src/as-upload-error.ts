import { UploadError } from "./error.ts";

/** Returns what `getToken` threw as the `cause` of an `UploadError`. */
export function asUploadError(cause: unknown): UploadError {
  if (cause instanceof UploadError) return cause;
  return new UploadError("unauthenticated", "getToken failed: see the cause of this error", {
    cause,
  });
}
