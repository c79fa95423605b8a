/** Parses unknown input with a schema, or throws a problem with pointers to its errors. */
import * as z from "zod/mini";
import { lazy } from "../lazy.ts";
import { messageOf } from "../config/schema-messages.ts";
import { Problem, invalidRequest, type FieldError } from "../problem.ts";

z.config({ customError: messageOf });

export const MAX_NAME_CHARACTERS = 255;
/** The most errors that an answer names: a body of 1 MiB can have 100,000. */
const MAX_ERRORS = 25;
/** AWS: "Amazon S3 multipart upload limits". */
export const MAX_PARTS = 10_000;

/** A type name (RFC 6838 section 4.2) without parameters: S3 compares the signed header byte for byte. */
export const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/;
const mediaType = () =>
  z.regex(MEDIA_TYPE, 'must be a type such as "image/png", in lower case and without parameters');
export const contentTypeSchema = lazy(() => z.string().check(mediaType()));
/**
 * The names of types have no case (RFC 9110 section 8.3.1). Only for clients that send the headers of
 * the ticket: it has the type in lower case.
 */
export const anyCaseTypeSchema = lazy(() =>
  z.string().check(
    z.overwrite((type) => type.replaceAll(/[A-Z]+/g, (upper) => upper.toLowerCase())),
    mediaType(),
  ),
);
/** macOS gives names in Unicode form NFD: the same text in NFC is meant. */
export const filenameSchema = lazy(() =>
  z.string().check(z.normalize("NFC"), z.minLength(1), z.maxLength(MAX_NAME_CHARACTERS)),
);
/** A number of bytes in a query, as digits. */
export const digitsSchema = lazy(() =>
  z.pipe(
    z.string().check(z.regex(/^\d{1,15}$/, "must be a whole number of bytes")),
    z.transform(Number),
  ),
);

const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads a body as JSON. Throws `bad-request` for a body that is not JSON in UTF-8. */
export async function readJson(request: Request): Promise<unknown> {
  const [type = ""] = (request.headers.get("content-type") ?? "").split(";");
  if (type.trim().toLowerCase() !== "application/json") {
    throw new Problem("bad-request", "Send the body as JSON, with Content-Type: application/json");
  }
  const bytes = await request.arrayBuffer();
  try {
    return JSON.parse(DECODER.decode(bytes));
  } catch (cause) {
    throw new Problem("bad-request", "Send valid JSON in UTF-8: the body cannot be parsed", {
      cause,
    });
  }
}

/** Returns the parsed value. Throws `invalid-request` with the first 25 errors. */
export function parseAs<T>(schema: z.ZodMiniType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, MAX_ERRORS);
  const [first, ...rest] = issues.flatMap(toFieldErrors).slice(0, MAX_ERRORS);
  throw first
    ? invalidRequest(first, ...rest)
    : new TypeError("Cannot describe the error: the schema reported none");
}

function toFieldErrors(issue: z.core.$ZodIssue): readonly FieldError[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.slice(0, MAX_ERRORS).map((key) => ({
      pointer: pointerTo([...issue.path, key]),
      detail: "is not a known field",
    }));
  }
  return [{ pointer: pointerTo(issue.path), detail: issue.message }];
}

/** Returns a JSON pointer (RFC 6901). Long names are cut, so that the answer stays small. */
function pointerTo(path: readonly PropertyKey[]): string {
  const steps = path.map((step) =>
    String(step).slice(0, 64).replaceAll("~", "~0").replaceAll("/", "~1"),
  );
  return steps.length === 0 ? "" : `/${steps.join("/")}`;
}
