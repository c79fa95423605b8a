/** The calls of another Worker: the operations of `/v1`, with its schemas and its answers. */
import * as z from "zod/mini";
import type { Caller } from "../grant/authenticate.ts";
import { actFor, parseProps } from "../grant/binding.ts";
import { requireAction, type Action } from "../grant/token-scope.ts";
import { parseAs } from "../http/parse.ts";
import { placeOf } from "../http/place.ts";
import { countCaller, countItems, type RequestKind } from "../http/rate-limit.ts";
import {
  completeRequest,
  credentialsRequest,
  downloadRequest,
  idempotencyKeySchema,
  listQuery,
  objectRequest,
  parseIds,
  parseIntent,
} from "../http/v1-request.ts";
import { completionAnswer, recordAnswer } from "../http/v1-upload-response.ts";
import { credentialsAnswer, downloadAnswer, uploadAnswer } from "../http/v1-ticket-response.ts";
import { completionsAnswer, policiesAnswer } from "../http/v1-results.ts";
import { lazy } from "../lazy.ts";
import { isLoopback } from "../loopback.ts";
import { completeUploads } from "../operation/complete-batch.ts";
import { completeUpload } from "../operation/complete.ts";
import { createUpload } from "../operation/create.ts";
import { issueCredentials } from "../operation/issue-credentials.ts";
import { listUploads } from "../operation/list.ts";
import { createDownload } from "../operation/create-download.ts";
import { removeObject } from "../operation/remove-object.ts";
import type { Place } from "../operation/place.ts";
import { listPolicies } from "../operation/policies.ts";
import { refuseRevokedToken } from "../operation/refuse-revoked.ts";
import { invalidRequest } from "../problem.ts";
import type { Service } from "../service.ts";

type Answer = Readonly<Record<string, unknown>>;

/** Receives the binding's props and the argument as they came. Throws the problem of the first rule that is broken. */
type Call = (service: Service, props: unknown, argument: unknown) => Promise<Answer>;

const onBehalf = lazy(() =>
  z.looseObject({
    user: z.string(),
    claims: z._default(z.record(z.string(), z.unknown()), {}),
    cf: z._default(z.looseObject({}), {}),
    origin: z._default(z.string(), ""),
  }),
);

interface Parsed {
  readonly caller: Caller;
  readonly place: Place;
  /** What the schema of the HTTP API parses. */
  readonly rest: Answer;
}

function isLoopbackOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { origin, protocol, hostname } = new URL(text);
  return origin === text && protocol === "http:" && isLoopback(hostname);
}

async function begin(
  service: Service,
  { props, argument }: { readonly props: unknown; readonly argument: unknown },
  action: Action | "any",
  kind?: RequestKind,
): Promise<Parsed> {
  const rights = parseProps(props);
  const { user, claims, cf, origin, ...rest } = parseAs(onBehalf(), argument);
  const { config, hooks } = service;
  if (config.isDevelopment && !isLoopbackOrigin(origin)) {
    const detail =
      "must be the loopback origin of the server: the configuration is for development";
    throw invalidRequest({ pointer: "/origin", detail });
  }
  const users = { issuers: config.issuers, hasSessions: hooks.authenticate !== undefined };
  const caller = actFor({ user, claims }, rights, users);
  const refreshed = service.revocations?.refresh();
  if (refreshed) await refreshed;
  service.watch?.isBy(caller);
  refuseRevokedToken(service, caller);
  await countCaller(service, caller, kind);
  if (action !== "any") requireAction(caller, action);
  const place = placeOf({ url: origin, cf });
  service.watch?.comesFrom(place.region.country);
  return { caller, place, rest };
}

export const callCreateUpload: Call = async (service, props, argument) => {
  const { caller, place, rest } = await begin(service, { props, argument }, "upload");
  const { idempotencyKey: given, ...body } = rest;
  const { idempotencyKey } =
    given === undefined
      ? {}
      : parseAs(z.object({ idempotencyKey: idempotencyKeySchema() }), { idempotencyKey: given });
  const context = { service, caller, place, idempotencyKey };
  return uploadAnswer(await createUpload(context, parseIntent(body)));
};

export const callComplete: Call = async (service, props, argument) => {
  const { caller, rest } = await begin(service, { props, argument }, "upload", "completions");
  const { id: given, ...body } = rest;
  const { id } = parseAs(z.object({ id: z.string() }), { id: given });
  const { etag, parts } = parseAs(completeRequest(), body);
  return completionAnswer(await completeUpload(service, caller, { id, etag, parts }), id);
};

export const callCompleteBatch: Call = async (service, props, argument) => {
  const { caller, rest } = await begin(service, { props, argument }, "upload", "completions");
  const ids = parseIds(rest);
  const outcomes = await completeUploads(
    service,
    caller,
    ids,
    countItems(service, caller, "completions"),
  );
  return completionsAnswer(ids, outcomes, { log: service.log, requestId: service.newId() });
};

export const callListPolicies: Call = async (service, props, argument) => {
  const { caller, rest } = await begin(service, { props, argument }, "any");
  parseAs(z.strictObject({}), rest);
  return policiesAnswer(await listPolicies(service, caller));
};

export const callCreateDownload: Call = async (service, props, argument) => {
  const input = { props, argument };
  const { caller, place, rest } = await begin(service, input, "download", "downloads");
  const intent = parseAs(downloadRequest(), rest);
  return downloadAnswer(await createDownload(service, caller, intent, place));
};

export const callDeleteObject: Call = async (service, props, argument) => {
  const input = { props, argument };
  const { caller, place, rest } = await begin(service, input, "delete", "deletions");
  await removeObject(service, caller, parseAs(objectRequest(), rest), place);
  return {};
};

export const callListUploads: Call = async (service, props, argument) => {
  const { caller, rest } = await begin(service, { props, argument }, "list");
  const { uploads, cursor } = await listUploads(service, caller, parseAs(listQuery(), rest));
  return { uploads: uploads.map(recordAnswer), ...(cursor !== undefined && { cursor }) };
};

export const callCreateCredentials: Call = async (service, props, argument) => {
  const input = { props, argument };
  const { caller, rest } = await begin(service, input, "credentials", "credentials");
  const intent = parseAs(credentialsRequest(), rest);
  return credentialsAnswer(await issueCredentials(service, caller, intent));
};
