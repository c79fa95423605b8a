import type { UploadError } from "../error.ts";

/** With these errors, the same file never passes under the same policy. */
const FINAL_CODES = new Set<UploadError["code"]>([
  "too-large",
  "type-not-allowed",
  "size-required",
  "invalid-request",
  "policy-not-found",
  "forbidden",
  "key-outside-prefix",
  "file-unreadable",
  // It would be uploaded a second time.
  "still-pending",
]);

/** Whether another try of the same file can succeed. */
export function canRetry({ code }: UploadError): boolean {
  return !FINAL_CODES.has(code);
}
