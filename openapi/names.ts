/** The names of the schemas: each becomes a component of `openapi.json`. */
import * as z from "zod/mini";
import { guideQuery } from "../src/http/guide.ts";
import { presignRequest } from "../src/http/uppy/sign-request.ts";
import { uppyCompleteRequest } from "../src/http/uppy/routes.ts";
import { bytesSchema, uppyUpload } from "../src/http/uppy/request.ts";
import { revocation } from "../src/http/admin-answer.ts";
import { revocationRequest } from "../src/http/admin-request.ts";
import * as adminUser from "../src/http/admin-user-answer.ts";
import { quotaRequest } from "../src/http/admin-user-request.ts";
import * as uppy from "../src/http/uppy/answer.ts";
import * as v1 from "../src/http/v1-answer.ts";
import {
  batchRequest,
  completeBatchRequest,
  completeRequest,
  credentialsRequest,
  downloadRequest,
  listQuery,
  metadataSchema,
  objectRequest,
  partsRequest,
  uploadRequest,
} from "../src/http/v1-request.ts";

export type { z };

const NAMES = {
  UploadRequest: uploadRequest(),
  BatchRequest: batchRequest(),
  PartsRequest: partsRequest(),
  CompleteRequest: completeRequest(),
  CompleteBatchRequest: completeBatchRequest(),
  DownloadRequest: downloadRequest(),
  ObjectRequest: objectRequest(),
  CredentialsRequest: credentialsRequest(),
  SinglePartTicket: v1.singlePartTicket,
  MultipartTicket: v1.multipartTicket,
  Ticket: v1.ticket,
  PartTicket: v1.partTicket,
  PartTickets: v1.partTickets,
  PartsState: v1.partsState,
  BatchResults: v1.batchResults,
  CompletedUpload: v1.completedUpload,
  UnfinishedUpload: v1.unfinishedUpload,
  CompletionResults: v1.completionResults,
  Policy: v1.allowedPolicy,
  PolicyList: v1.policyList,
  UploadRecord: v1.uploadRecord,
  UploadList: v1.uploadList,
  DownloadTicket: v1.downloadTicket,
  Credentials: v1.credentials,
  RevocationRequest: revocationRequest(),
  Revocation: revocation,
  QuotaRequest: quotaRequest(),
  AdminUpload: adminUser.adminUpload,
  WaitingMessage: adminUser.waitingMessage,
  UserUploads: adminUser.userUploads,
  PolicyUsage: adminUser.policyUsage,
  UserQuota: adminUser.userQuota,
  CorrectedQuota: adminUser.correctedQuota,
  DeletionReport: adminUser.deletionReport,
  FoundObject: adminUser.foundObject,
  StuckList: adminUser.stuckList,
  Readiness: adminUser.readiness,
  GuideTicket: v1.guideTicket,
  Quota: v1.quota,
  Problem: v1.problem,
  Health: v1.health,
  KeySet: v1.keySet,
  UppyUpload: uppyUpload(),
  UppyCompleteRequest: uppyCompleteRequest(),
  UppyPresignRequest: presignRequest(),
  UppySinglePart: uppy.uppySinglePart,
  UppyForm: uppy.uppyForm,
  UppyParams: uppy.uppyParams,
  UppyMultipart: uppy.uppyMultipart,
  UppyPart: uppy.uppyPart,
  UppyPartUrls: uppy.uppyPartUrls,
  UppyParts: uppy.uppyParts,
  UppyCompleted: uppy.uppyCompleted,
  UppyPresigned: uppy.uppyPresigned,
} satisfies Readonly<Record<string, z.ZodMiniType>>;

for (const [id, schema] of Object.entries(NAMES)) z.globalRegistry.add(schema, { id });

/** A part of a query, which is described where it is used. */
export const QUERIES = { listQuery: listQuery(), guideQuery: guideQuery() };

type JsonSchema = Record<string, unknown>;

/** What the schemas do not say of themselves: rules that are code, and what a transformation reads. */
const OVERRIDES = new Map<unknown, JsonSchema>([
  [metadataSchema(), { type: "object", additionalProperties: { type: "string" } }],
  [bytesSchema(), { type: ["integer", "string"] }],
]);

interface Made {
  readonly zodSchema: unknown;
  readonly jsonSchema: JsonSchema;
  readonly io: "input" | "output";
}

/** Completes a schema while it is made. */
export function override({ zodSchema, jsonSchema }: Made): void {
  const replacement = OVERRIDES.get(zodSchema);
  if (!replacement) return;
  for (const name of Object.keys(jsonSchema)) delete jsonSchema[name];
  Object.assign(jsonSchema, replacement);
}

/** The same, and answers may have more fields, as those of a later release may. */
export function overrideOpen(made: Made): void {
  override(made);
  if (made.io === "output" && made.jsonSchema["additionalProperties"] === false)
    delete made.jsonSchema["additionalProperties"];
}
