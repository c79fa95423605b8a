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
    when: "An upload got its ticket. A repeated request with the same `Idempotency-Key` is no new grant",
    fields: { ...UPLOAD, expiresAt: "always" },
  },
  "upload.refused": { when: "A ticket for an upload was refused", fields: REFUSED },
  "upload.completed": {
    when: "The file is in the store, as it was granted",
    fields: { ...UPLOAD, size: "always", etag: "always" },
  },
  "upload.rejected": {
    when: "The file differs from what was granted, or was found to be bad",
    fields: { ...UPLOAD, code: "always", reasons: "always" },
  },
  "upload.expired": {
    when: "No file has arrived in time. Only under a quota",
    fields: OF_UPLOAD,
  },
  "upload.aborted": {
    when: "Its user, an admin or a failed start has ended the upload",
    fields: UPLOAD,
  },
  "download.granted": {
    when: "A ticket to read a file was given",
    fields: { ...WHO, ...ABOUT, ...REQUEST, expiresAt: "always" },
  },
  "download.refused": {
    when: "A ticket to read a file was refused",
    fields: { ...REFUSED, key: "if known" },
  },
  "object.deleted": {
    when: "A file was deleted for its user. Without `store` there was none",
    fields: { ...WHO, ...ABOUT, store: "if known", ...REQUEST },
  },
  "deletion.refused": {
    when: "A file was not deleted",
    fields: { ...REFUSED, key: "if known" },
  },
  "credentials.issued": {
    when: "Temporary credentials were given",
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
    when: "Whoever asked has no valid token, no admin's token, or one that was revoked. `issuer` and `user` only of the last",
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
    when: "An admin has called a route of `/v1/admin` or `/readyz`",
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
    means: "`allowed`, or `refused`, also where something has failed",
    schema: z.enum(["allowed", "refused"]),
  },
  code: {
    means: "Why not: the code of the [problem](protocol.md#problems)",
    schema: z.enum(codes),
  },
  issuer: { means: "Who: the name of the issuer of the token", schema: text },
  user: { means: "Who: the id of the user, or of the admin, at that issuer", schema: text },
  policy: { means: "The policy's name", schema: text },
  store: { means: "The store's name", schema: text },
  key: {
    means: "Where the file is in the end. Of a refusal the key that was asked for",
    schema: text,
  },
  upload: {
    means: "The upload's name: the `jti` of its receipt, `data.id` of its webhook",
    schema: text,
  },
  size: { means: "In bytes: granted, or of `upload.completed` stored", schema: z.int() },
  contentType: { means: "Granted, or of `upload.completed` stored", schema: text },
  etag: { means: "As the store has it", schema: text },
  reasons: { means: "What is wrong with the file", schema: z.array(text) },
  actions: { means: "What the credentials allow", schema: z.array(text) },
  prefix: { means: "The keys that the credentials reach", schema: text },
  expiresAt: { means: "When ticket or credentials end", schema: time },
  target: {
    means:
      "Whom or what the admin's request named: `user`, `issuer`, `key`, `id`, `message`, or `all` users",
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
    means: "The `x-request-id` of the answer. Not of what a ledger has written down",
    schema: text,
  },
  method: { means: "The HTTP method; `RPC` for a service binding", schema: text },
  route: {
    means: "The pattern of the route, or the name of the method of a service binding",
    schema: text,
  },
  country: {
    means: "Where the request came from: two letters",
    schema: z.string().check(z.regex(/^[A-Z][A-Z0-9]$/)),
  },
};
