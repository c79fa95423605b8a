/** The languages of the console. */
import { ENGLISH, type Texts } from "./english.ts";
import { KOREAN } from "./korean.ts";

export type Language = "en" | "ko";

export const TEXTS: Readonly<Record<Language, Texts>> = { en: ENGLISH, ko: KOREAN };

/** Returns the language of a cookie, or else of `Accept-Language`. */
export function languageOf(cookie: string, accepted: string): Language {
  const chosen = /(?:^|; )lang=(en|ko)(?:;|$)/.exec(cookie)?.[1];
  if (chosen === "en" || chosen === "ko") return chosen;
  return /^\s*ko\b/i.test(accepted) ? "ko" : "en";
}

/** The state of an upload, in words. An unknown one is shown as it is. */
export function statusText(texts: Texts, status: string): string {
  switch (status) {
    case "pending":
    case "completed":
    case "rejected":
    case "expired":
    case "aborted":
      return texts[status];
    default:
      return status;
  }
}
