/** The routes as a type, for Hono's client: `hc<AppType>(url)`. Its inputs and outputs are those of `openapi.json`. */
import type { Hono } from "hono";
import type { BlankEnv } from "hono/types";
import type * as z from "zod/mini";
import type { PROBLEMS, ProblemCode } from "../problem.ts";
import type * as adminAnswer from "./admin-answer.ts";
import type * as admin from "./admin-request.ts";
import type * as adminUserAnswer from "./admin-user-answer.ts";
import type * as adminUser from "./admin-user-request.ts";
import type { guideQuery } from "./guide.ts";
import type * as answer from "./v1-answer.ts";
import type * as request from "./v1-request.ts";

type Input<Make extends () => z.ZodMiniType> = z.input<ReturnType<Make>>;
type ProblemStatus = (typeof PROBLEMS)[ProblemCode][0];
type UploadRequest = z.output<ReturnType<typeof request.uploadRequest>>;
interface OfUser<Query = object> {
  param: { user: string };
  query: { issuer?: string } & Query;
}
interface OfUpload {
  param: { id: string };
}
/** A request that may be sent again. */
interface Repeatable {
  header?: { "idempotency-key"?: string };
}

// Types and not interfaces, which Hono's client cannot index.
// oxlint-disable-next-line typescript/consistent-type-definitions
type Refused<In> = {
  input: In;
  output: z.output<typeof answer.problem>;
  outputFormat: "json";
  status: ProblemStatus;
};
/** A route that answers a body. */
type Route<In, Answer extends z.ZodMiniType, Status extends number = 200> =
  | { input: In; output: z.output<Answer>; outputFormat: "json"; status: Status }
  | Refused<In>;
/** A route that answers without a body. */
type Silent<In, Status extends number = 204> =
  | { input: In; output: null; outputFormat: "body"; status: Status }
  | Refused<In>;

// oxlint-disable-next-line typescript/consistent-type-definitions
type Routes = {
  "/v1/uploads": {
    $post: Route<Repeatable & { json: UploadRequest }, typeof answer.ticket, 201>;
    $get: Route<{ query: Input<typeof request.listQuery> }, typeof answer.uploadList>;
  };
  "/v1/uploads/batch": {
    $post: Route<Repeatable & { json: { uploads: UploadRequest[] } }, typeof answer.batchResults>;
  };
  "/v1/uploads/batch/complete": {
    $post: Route<
      { json: Input<typeof request.completeBatchRequest> },
      typeof answer.completionResults
    >;
  };
  "/v1/uploads/:id": {
    $get: Route<OfUpload, typeof answer.uploadRecord>;
    $delete: Silent<OfUpload, 202 | 204>;
  };
  "/v1/uploads/:id/parts": {
    $post: Route<
      OfUpload & { json: Input<typeof request.partsRequest> },
      typeof answer.partTickets
    >;
    $get: Route<OfUpload, typeof answer.partsState>;
  };
  "/v1/uploads/:id/complete": {
    $post:
      | Route<
          OfUpload & { json?: Input<typeof request.completeRequest> },
          typeof answer.completedUpload
        >
      | Route<
          OfUpload & { json?: Input<typeof request.completeRequest> },
          typeof answer.unfinishedUpload,
          202
        >;
  };
  "/v1/policies": {
    $get: Route<object, typeof answer.policyList>;
  };
  "/v1/downloads": {
    $post: Route<{ json: Input<typeof request.downloadRequest> }, typeof answer.downloadTicket>;
  };
  "/v1/credentials": {
    $post: Route<
      { json: Input<typeof request.credentialsRequest> },
      typeof answer.credentials,
      201
    >;
  };
  "/v1/admin/users/:user/uploads": {
    $get: Route<OfUser<Input<typeof adminUser.userListQuery>>, typeof adminUserAnswer.userUploads>;
  };
  "/v1/admin/users/:user/quota": {
    $get: Route<OfUser, typeof adminUserAnswer.userQuota>;
    $patch: Route<
      OfUser & { json: Input<typeof adminUser.quotaRequest> },
      typeof adminUserAnswer.correctedQuota
    >;
  };
  "/v1/admin/users/:user/outbox/:message/retry": {
    $post: Silent<OfUser & { param: { message: string } }, 202>;
  };
  "/v1/admin/users/:user": {
    $delete:
      | Route<OfUser, typeof adminUserAnswer.deletionReport>
      | Route<OfUser, typeof adminUserAnswer.deletionReport, 202>;
  };
  "/v1/admin/uploads": {
    $get: Route<{ query: Input<typeof adminUser.objectQuery> }, typeof adminUserAnswer.foundObject>;
  };
  "/readyz": {
    $get:
      | Route<object, typeof adminUserAnswer.readiness>
      | Route<object, typeof adminUserAnswer.readiness, 503>;
  };
  "/v1/admin/stuck": { $get: Route<object, typeof adminUserAnswer.stuckList> };
  "/v1/admin/revocations": {
    $post: Route<
      { json: Input<typeof admin.revocationRequest> },
      typeof adminAnswer.revocation,
      201
    >;
  };
  "/v1/objects": {
    $delete: Silent<{ json: Input<typeof request.objectRequest> }>;
  };
  "/presigned-url": {
    $get: Route<{ query: Input<typeof guideQuery> }, typeof answer.guideTicket>;
  };
  "/.well-known/jwks.json": {
    $get: Route<object, typeof answer.keySet>;
  };
  "/healthz": {
    $get: Route<object, typeof answer.health>;
  };
};

export type AppType = Hono<BlankEnv, Routes>;
