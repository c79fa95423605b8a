/** The routes of `/v1/admin`, in the order of docs/protocol.md. */
import { revocation } from "../src/http/admin-answer.ts";
import { revocationRequest } from "../src/http/admin-request.ts";
import { ADMIN, BODY, type Operation } from "./operation.ts";

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
];
