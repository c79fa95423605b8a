/** Checks a file before its upload: the service says the same, but only after a request. */
import { UploadError } from "./error.ts";
import { describeFile, type UploadFile, type UploadOptions } from "./options.ts";
import type { PolicyInfo } from "./policies.ts";

/**
 * Returns the error that the upload would have, or `undefined` if it can pass. The codes are those of
 * the service: `forbidden`, `type-not-allowed`, `too-large`, `invalid-request`, `quota-exceeded`.
 */
export function checkFile(
  file: UploadFile,
  policy: PolicyInfo,
  options: Pick<UploadOptions, "filename" | "contentType"> = {},
): UploadError | undefined {
  const { size } = file;
  const { name, types, maxBytes = Number.POSITIVE_INFINITY, minBytes = 0, quota } = policy;
  if (!types) return new UploadError("forbidden", `Uploads under ${name} are not allowed`);
  const { filename = "", contentType } = describeFile(file, options);
  const extension = filename.split(".").at(-1)?.toLowerCase() ?? "";
  // Browsers do not know every type: the extension counts then.
  const isUnknown = !(options.contentType ?? file.type);
  const hasExtension = isUnknown && policy.extensions?.includes(extension);
  if (!hasExtension && !types.some((type) => matches(contentType, type)))
    return new UploadError("type-not-allowed", `Use one of these types: ${types.join(", ")}`);
  if (size > maxBytes) return tooLarge(size, maxBytes);
  if (size < minBytes) {
    const detail = `must be at least ${minBytes}`;
    const errors = [{ pointer: "/size", detail }];
    return new UploadError("invalid-request", `/size ${detail}`, { errors });
  }
  for (const what of ["bytes", "stored"] as const) {
    const limit = quota?.[what];
    if (limit && size > (limit.remaining ?? limit.limit)) return usedUp(what, limit, size);
  }
  for (const what of ["uploads", "objects"] as const) {
    const limit = quota?.[what];
    if (limit?.remaining === 0) return usedUp(what, limit);
  }
  return undefined;
}

function tooLarge(actual: number, limit: number): UploadError {
  return new UploadError("too-large", `The file may have at most ${limit} bytes`, {
    limit,
    actual,
  });
}

function usedUp(
  what: string,
  { limit, resetsIn }: { readonly limit: number; readonly resetsIn?: number },
  actual?: number,
): UploadError {
  const detail = `The quota of ${what} is used up`;
  return new UploadError("quota-exceeded", detail, { limit, actual, retryAfterSeconds: resetsIn });
}

/** Whether a type is allowed by `image/png`, `image/*` or `*` for both parts. */
function matches(type: string, allowed: string): boolean {
  return allowed.endsWith("/*")
    ? allowed.startsWith("*") || type.startsWith(allowed.slice(0, -1))
    : type === allowed;
}
