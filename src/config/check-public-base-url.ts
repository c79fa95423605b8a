/** Where a store is public: the base of the URLs that apps display. */
import { isLoopback } from "../loopback.ts";
import type { ErrorCollector } from "./errors.ts";

/** Adds an error for a base that is no normal https URL: what a parser changes could name another object. */
export function checkPublicBaseUrl(text: string | undefined, errors: ErrorCollector): void {
  if (text === undefined || isPublicBaseUrl(text)) return;
  errors.add(
    "must be an https URL in normal form without query and fragment, such as https://media.example.com (http on a loopback host only)",
  );
}

function isPublicBaseUrl(text: string): boolean {
  if (!URL.canParse(text) || /[?#@]/.test(text)) return false;
  const url = new URL(text);
  const isSafe =
    url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
  return isSafe && url.href === (url.pathname === "/" ? `${text.replace(/\/$/, "")}/` : text);
}
