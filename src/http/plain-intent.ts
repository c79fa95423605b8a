/** Recognizes what most clients send, so that a new isolate builds no schema for it. */
import type { Intent } from "../grant/intent.ts";
import { MAX_NAME_CHARACTERS, MEDIA_TYPE } from "./parse.ts";

const isBoolean = (value: unknown) => typeof value === "boolean";
const isWhole = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0;

const FIELDS: Readonly<Partial<Record<string, (value: unknown) => boolean>>> = {
  policy: (value) => typeof value === "string",
  // UTF-16 units: at least as many as characters.
  filename: (value) =>
    typeof value === "string" &&
    value !== "" &&
    value.length <= MAX_NAME_CHARACTERS &&
    value === value.normalize(),
  contentType: (value) => typeof value === "string" && MEDIA_TYPE.test(value),
  size: isWhole,
  multipart: isBoolean,
  partSize: (value) => isWhole(value) && value !== 0,
  background: isBoolean,
} satisfies Partial<Record<keyof Intent, (value: unknown) => boolean>>;

/** Returns whether the schema surely accepts it unchanged. Anything else is for the schema to judge. */
export function isPlainIntent(value: unknown): value is Intent {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, "contentType"))
    return false;
  return Object.entries(value).every(
    ([name, field]) => Object.hasOwn(FIELDS, name) && FIELDS[name]?.(field),
  );
}
