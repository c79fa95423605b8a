/** The routes of `/v1/admin`, in the order of docs/protocol.md. */
import * as z from "zod/mini";
import * as answer from "../src/http/admin-user-answer.ts";
import { objectQuery, quotaRequest, userListQuery } from "../src/http/admin-user-request.ts";
import { revocation } from "../src/http/admin-answer.ts";
import { revocationRequest } from "../src/http/admin-request.ts";
import { ADMIN, BODY, type Operation } from "./operation.ts";

const issuer = z.optional(z.string());
const userQuery = z.object({ issuer });
const USER = { tag: "Admin", pathParameters: ["user"], query: userQuery } as const;
/** Any that reads ledgers. */
const LEDGER = [...ADMIN, "invalid-request", "ledger-unavailable"] as const;
const BY_CLAIM =
  "`claim.NAME=VALUE` in the query, also several times, names a claim of the user's tokens: with it the quotas of a policy with `quotaFor` are reached.";

export const ADMINS: readonly Operation[] = [
  {
    method: "post",
    path: "/v1/admin/revocations",
    id: "revoke",
    tag: "Admin",
    summary: "Revokes tokens and uploads",
    description:
      "Of a user, of an issuer, or of everybody: send `user`, `issuer` or both, or `all` alone. What was issued at or before `before` is refused from then on. The open multipart uploads of one user are aborted.",
    body: revocationRequest(),
    answers: { 201: { description: "It is revoked", schema: revocation } },
    codes: [...ADMIN, ...BODY, "quota-exceeded", "ledger-unavailable"],
    examples: ["revocation", "revocation-of-all"],
  },
  {
    ...USER,
    method: "get",
    path: "/v1/admin/users/{user}/uploads",
    id: "listUserUploads",
    summary: "Lists a user's uploads, newest first, and the webhooks that wait",
    description: BY_CLAIM,
    query: z.object({ issuer, ...userListQuery().shape }),
    answers: { 200: { description: "At most 50", schema: answer.userUploads } },
    codes: LEDGER,
    examples: ["admin-uploads"],
  },
  {
    ...USER,
    method: "get",
    path: "/v1/admin/users/{user}/quota",
    id: "readUserQuota",
    summary: "Returns what a user has used of each quota",
    description: BY_CLAIM,
    answers: { 200: { description: "Each policy with a quota", schema: answer.userQuota } },
    codes: LEDGER,
    examples: ["admin-quota"],
  },
  {
    ...USER,
    method: "patch",
    path: "/v1/admin/users/{user}/quota",
    id: "correctUserQuota",
    summary: "Corrects or resets what a user has used of a quota",
    description: `Send \`used\` with the new amounts, or \`"reset": true\` to empty the windows. With \`expected\` nothing is changed unless the amounts are still these. ${BY_CLAIM}`,
    body: quotaRequest(),
    answers: { 200: { description: "Before and after", schema: answer.correctedQuota } },
    codes: [...LEDGER, ...BODY, "policy-not-found"],
    examples: ["admin-quota-corrected"],
  },
  {
    ...USER,
    method: "post",
    path: "/v1/admin/users/{user}/outbox/{message}/retry",
    id: "sendWebhookAgain",
    pathParameters: ["user", "message"],
    summary: "Sends a webhook again that waits for its next try",
    description: BY_CLAIM,
    answers: { 202: { description: "It is sent now" } },
    codes: [...LEDGER, "not-found"],
    examples: ["problem-not-found"],
  },
  {
    ...USER,
    method: "delete",
    path: "/v1/admin/users/{user}",
    id: "deleteUser",
    summary: "Deletes a user's objects, records, webhooks and counters",
    description: `Each request does a part: send it again until it answers 200. Revoke the user first, or new uploads arrive meanwhile. ${BY_CLAIM}`,
    answers: {
      200: { description: "Everything that can be found is gone", schema: answer.deletionReport },
      202: { description: "Something remains", schema: answer.deletionReport },
    },
    codes: LEDGER,
    examples: ["admin-user-deletion", "admin-user-deleted"],
  },
  {
    method: "get",
    path: "/v1/admin/uploads",
    id: "findObject",
    tag: "Admin",
    summary: "Finds whose an object is, with its upload and what the store has",
    description: "Send `key` or `id`.",
    query: objectQuery(),
    answers: { 200: { description: "Everybody whose it can be", schema: answer.foundObject } },
    codes: [...LEDGER, "not-found", "store-unavailable"],
    examples: ["admin-object", "admin-upload"],
  },
  {
    method: "get",
    path: "/v1/admin/stuck",
    id: "listStuck",
    tag: "Admin",
    summary: "Lists what is stuck: webhooks and uploads that failed four times",
    answers: { 200: { description: "The oldest first", schema: answer.stuckList } },
    codes: [...ADMIN, "ledger-unavailable"],
    examples: ["admin-stuck"],
  },
  {
    method: "get",
    path: "/readyz",
    id: "checkReady",
    tag: "Admin",
    summary: "Tries the signing key, a ledger and each store, within a second",
    answers: {
      200: { description: "Everything works", schema: answer.readiness },
      503: { description: "Something does not", schema: answer.readiness },
    },
    codes: ADMIN,
    examples: ["ready"],
  },
];
