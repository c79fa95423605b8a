/**
 * What each event of the audit tells: docs/audit.md and docs/audit-event.schema.json, which `npm run operations`
 * writes. TypeScript refuses a type or a field that is not in src/audit/act.ts, and one that is not here.
 */
import * as z from "zod/mini";
import type { Act, ActType } from "../src/audit/act.ts";
import { PROBLEMS, type ProblemCode } from "../src/problem.ts";

type Field = Exclude<keyof Act, "type"> | "decision";
type Fields = Readonly<Partial<Record<Field, "always" | "if known">>>;

interface ActText {
  readonly when: string;
  readonly fields: Fields;
}

/** Of a request, and not of what a ledger has found out by itself. */
const REQUEST = { requestId: "if known", country: "if known" } as const;
const WHO = { decision: "always", issuer: "always", user: "always" } as const;
const ABOUT = { policy: "always", store: "always", key: "always" } as const;
const OF_UPLOAD = {
  issuer: "always",
  user: "always",
  ...ABOUT,
  upload: "always",
  size: "if known",
  contentType: "always",
  ...REQUEST,
} as const;
const UPLOAD = { decision: "always", ...OF_UPLOAD } as const;
const REFUSED = { ...WHO, code: "always", policy: "if known", ...REQUEST } as const;

export const ACTS: { readonly [Type in ActType]: ActText } = {
  "upload.granted": {
    when: "A ticket for an upload was given. Not sent again for a repeated `Idempotency-Key`",
    fields: { ...UPLOAD, expiresAt: "always" },
  },
  "upload.refused": { when: "A ticket for an upload was refused", fields: REFUSED },
  "upload.completed": {
    when: "The file is in the store, as it was granted",
    fields: { ...UPLOAD, size: "always", etag: "always" },
  },
  "upload.rejected": {
    when: "The file differs from what was granted, or failed its check under [quarantine](quarantine.md)",
    fields: { ...UPLOAD, code: "always", reasons: "always" },
  },
  "upload.expired": {
    when: "No file arrived before the ticket expired. Only with a quota",
    fields: OF_UPLOAD,
  },
  "upload.aborted": {
    when: "The user or an admin aborted the upload, or it could not be started",
    fields: UPLOAD,
  },
  "download.granted": {
    when: "A ticket for a download was given",
    fields: { ...WHO, ...ABOUT, ...REQUEST, expiresAt: "always" },
  },
  "download.refused": {
    when: "A ticket for a download was refused",
    fields: { ...REFUSED, key: "if known" },
  },
  "object.deleted": {
    when: "A user deleted a file. Without `store`, there was no such file",
    fields: { ...WHO, ...ABOUT, store: "if known", ...REQUEST },
  },
  "deletion.refused": {
    when: "A deletion was refused, or failed",
    fields: { ...REFUSED, key: "if known" },
  },
  "credentials.issued": {
    when: "Temporary credentials were issued",
    fields: {
      ...WHO,
      policy: "always",
      store: "always",
      prefix: "always",
      actions: "always",
      expiresAt: "always",
      ...REQUEST,
    },
  },
  "credentials.refused": { when: "Temporary credentials were refused", fields: REFUSED },
  "identity.refused": {
    when: "The token is not valid, not an admin's, or revoked. `issuer` and `user` are present only if it was revoked",
    fields: {
      decision: "always",
      code: "always",
      issuer: "if known",
      user: "if known",
      method: "always",
      route: "always",
      ...REQUEST,
    },
  },
  "admin.called": {
    when: "An admin called a route of `/v1/admin`, or `/readyz`",
    fields: {
      ...WHO,
      code: "if known",
      target: "always",
      method: "always",
      route: "always",
      ...REQUEST,
    },
  },
};

interface FieldText {
  readonly means: string;
  readonly schema: z.ZodMiniType;
}

const text = z.string();
const time = z.iso.datetime();
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a constant
const codes = Object.keys(PROBLEMS) as readonly ProblemCode[];

export const ACT_FIELDS: Readonly<Record<Field, FieldText>> = {
  decision: {
    means: "`allowed` or `refused`. A request that failed is `refused` too",
    schema: z.enum(["allowed", "refused"]),
  },
  code: {
    means: "Why it was refused: the code of the [problem](protocol.md#problems)",
    schema: z.enum(codes),
  },
  issuer: { means: "The issuer of the token", schema: text },
  user: { means: "The id of the user or admin at that issuer", schema: text },
  policy: { means: "The policy's name", schema: text },
  store: { means: "The store's name", schema: text },
  key: {
    means: "The final key of the file. In a refusal: the requested key",
    schema: text,
  },
  upload: {
    means: "The upload's name: `jti` in its receipt, `data.id` in its webhook",
    schema: text,
  },
  size: {
    means: "Bytes: as granted, or in `upload.completed` as stored",
    schema: z.int(),
  },
  contentType: { means: "As granted, or in `upload.completed` as stored", schema: text },
  etag: { means: "The object's ETag in the store", schema: text },
  reasons: { means: "What is wrong with the file", schema: z.array(text) },
  actions: { means: "What the credentials allow", schema: z.array(text) },
  prefix: { means: "The prefix that the credentials are limited to", schema: text },
  expiresAt: { means: "When the ticket or the credentials expire", schema: time },
  target: {
    means:
      "What the admin's request was about: `user`, `issuer`, `key`, `id`, `message`, or `all` users",
    schema: z.partial(
      z.strictObject({
        user: text,
        issuer: text,
        all: z.literal(true),
        key: text,
        id: text,
        message: text,
      }),
    ),
  },
  requestId: {
    means: "The `x-request-id` of the answer. Absent in events that a ledger stored itself",
    schema: text,
  },
  method: { means: "The HTTP method; `RPC` for a service binding", schema: text },
  route: {
    means: "The pattern of the route, or the method of the service binding",
    schema: text,
  },
  country: {
    means: "The country of the request: two letters",
    schema: z.string().check(z.regex(/^[A-Z][A-Z0-9]$/)),
  },
};
