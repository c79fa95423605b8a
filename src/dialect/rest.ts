/** The service's own API, `/v1`: JSON in the words of docs/protocol.md. */
import * as z from "zod/mini";
import { CHECKSUM_ALGORITHMS } from "../store/checksum.ts";
import type { Intent } from "../grant/authorize.ts";
import type { GrantedUpload } from "../operation/upload-id.ts";
import { Problem, invalidRequest, type Fault } from "../problem.ts";

const MAX_NAME_CHARACTERS = 255;

/** RFC 6838 section 4.2 names, without parameters: browsers and S3 compare the header byte for byte. */
export const contentTypeSchema = z
  .string()
  .check(
    z.regex(
      /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/,
      'must be a type such as "image/png", in lower case and without parameters',
    ),
  );
export const filenameSchema = z.string().check(z.minLength(1), z.maxLength(MAX_NAME_CHARACTERS));

/** A record drops a `__proto__` of its own without a word, so that one is refused first. */
const metadataSchema = z.pipe(
  z.unknown().check(
    z.refine((value) => !(value instanceof Object && Object.hasOwn(value, "__proto__")), {
      path: ["__proto__"],
      error: "is not allowed",
    }),
  ),
  z.record(z.string(), z.string()),
);

const uploadRequest = z.strictObject({
  policy: z.optional(z.string()),
  filename: z.optional(filenameSchema),
  contentType: contentTypeSchema,
  size: z.optional(z.int().check(z.nonnegative())),
  checksum: z.optional(
    z.strictObject({ algorithm: z.enum(CHECKSUM_ALGORITHMS), value: z.string() }),
  ),
  metadata: z.optional(metadataSchema),
  multipart: z.optional(z.literal(false, "must be false: a ticket is for one PUT")),
});

/** Throws `bad-request` for what is no JSON object, `invalid-request` with every fault of its fields. */
export async function readIntent(request: Request): Promise<Intent> {
  const { multipart: _, ...intent } = parseAs(uploadRequest, await readJson(request));
  return intent;
}

/** The answer to a granted upload, as CONTRACT promises it. */
export function presentUpload(
  { grant, key, ticket }: GrantedUpload,
  id: string,
): Readonly<Record<string, unknown>> {
  const { checksum, store, size, policy } = grant;
  const isChecksumIgnored = checksum && store.provider.checksums[checksum.algorithm] === "ignored";
  return {
    id,
    status: "pending",
    policy: policy.name,
    key: key.text,
    method: ticket.method,
    url: ticket.url,
    headers: ticket.headers,
    ...(size === undefined ? { sizeEnforced: false } : { contentLength: size }),
    ...(isChecksumIgnored && { checksumEnforced: false }),
    expiresIn: ticket.expiresInSeconds,
    expiresAt: ticket.expiresAt.toISOString().replace(/\.\d{3}/, ""),
  };
}

async function readJson(request: Request): Promise<unknown> {
  const [type = ""] = (request.headers.get("content-type") ?? "").split(";");
  if (type.trim().toLowerCase() !== "application/json") {
    throw new Problem("bad-request", "Send the body as JSON, with Content-Type: application/json");
  }
  const bytes = await request.arrayBuffer();
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw new Problem(
      "bad-request",
      "Send a body that is JSON in UTF-8: this one cannot be parsed",
      { cause },
    );
  }
}

/** The value in the schema's shape; throws `invalid-request` with a pointer to each fault. */
export function parseAs<T>(schema: z.ZodMiniType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [first, ...rest] = parsed.error.issues.flatMap(toFaults);
  throw first
    ? invalidRequest(first, ...rest)
    : new TypeError("Cannot tell the fault: zod named none");
}

function toFaults(issue: z.core.$ZodIssue): readonly Fault[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      pointer: pointerTo([...issue.path, key]),
      detail: "is not a known field",
    }));
  }
  return [{ pointer: pointerTo(issue.path), detail: issue.message }];
}

/** RFC 6901; a name from the client is cut, so that an answer stays small. */
function pointerTo(path: readonly PropertyKey[]): string {
  const steps = path.map((step) =>
    String(step).slice(0, 64).replaceAll("~", "~0").replaceAll("/", "~1"),
  );
  return steps.length === 0 ? "" : `/${steps.join("/")}`;
}
