/** An error of the client or the service → what the page says, in the person's language. */
import type { UploadError } from "../../client/web/src/index.ts";
import { ERROR_TEXTS } from "./error-texts.ts";
import { bytesOf, durationOf, listOf, type Language } from "./format.ts";
import { fillIn } from "./texts.ts";

/** What was sent, and what is allowed. */
interface Attempted {
  readonly contentType: string;
  readonly types: readonly string[];
}

export interface ErrorDescription {
  readonly title: string;
  readonly detail: string;
}

/** Returns the title and the detail, made of the error's code and its typed fields. */
export function describeError(
  language: Language,
  error: UploadError,
  { contentType, types }: Attempted,
): ErrorDescription {
  const texts = ERROR_TEXTS[language];
  // Waiting gives no stored bytes back.
  const isFull = error.code === "quota-exceeded" && error.retryAfterSeconds === undefined;
  const code = isFull ? "quota-full" : error.code;
  const [title = "", detail = ""] = texts[code] ?? texts["other"] ?? [];
  const sizeOf = (bytes: number | undefined) =>
    bytes === undefined ? "?" : bytesOf(language, bytes);
  return {
    title,
    detail: fillIn(detail, {
      limit: sizeOf(error.limit),
      actual: sizeOf(error.actual),
      wait: durationOf(language, error.retryAfterSeconds ?? 1),
      type: contentType || "application/octet-stream",
      types: listOf(language, types),
      storeCode: error.storeCode ?? String(error.status ?? "?"),
    }),
  };
}
