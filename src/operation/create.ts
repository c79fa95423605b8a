/** Creates uploads: allowed by a policy, under a key, within the quota, signed. */
import type { Intent } from "../grant/intent.ts";
import { MAX_SIGNED_PARTS } from "../grant/parts.ts";
import type { UploadClaims } from "../grant/upload-claims.ts";
import { Problem } from "../problem.ts";
import { admit, admitAll, type Admitted, type Reserve } from "./admit.ts";
import { allow, type UploadContext } from "./allow.ts";
import {
  startMultipart,
  type AdmittedMultipart,
  type StartedMultipart,
} from "./start-multipart.ts";
import { refuseVariables, signForm, type Form } from "./form.ts";
import { refuseRevokedUpload } from "./refuse-revoked.ts";
import type { Repetition } from "./repeat.ts";
import { signPut, type SignOptions, type Ticket } from "./ticket.ts";
import { reportRefused, reportUpload, watchTicket } from "./watch-ticket.ts";

interface Created {
  /** The sealed id. */
  readonly id: string;
  readonly claims: UploadClaims;
  readonly admitted: Admitted;
}

export interface SinglePartUpload extends Created {
  readonly kind: "single-part";
  readonly ticket: Ticket;
}

export interface FormUpload extends Created {
  readonly form: Form;
}

interface MultipartUpload extends Created {
  readonly kind: "multipart";
  readonly multipart: StartedMultipart;
}

export type CreatedUpload = SinglePartUpload | MultipartUpload;

interface AdmittedTicket {
  readonly admitted: Admitted;
  readonly ticket: Ticket;
}

/** Creates one upload. Throws the problem of the first rule that is broken; nothing is signed then. */
export function createUpload(
  context: UploadContext,
  intent: Intent,
  maxTickets = MAX_SIGNED_PARTS,
): Promise<CreatedUpload> {
  return watchUpload(context, intent, () => create(context, intent, maxTickets));
}

async function create(
  context: UploadContext,
  intent: Intent,
  maxTickets: number,
): Promise<CreatedUpload> {
  const allowed = await allow(context, intent);
  const admitted = await admit(allowed, reserveIn(context), repetitionIn(context));
  return isMultipart(admitted)
    ? startParts(context, admitted, maxTickets)
    : signSinglePart(context, admitted);
}

/** Creates an upload that is one PUT, whatever its policy prefers. Throws as `createUpload` does. */
export function createSinglePartUpload(
  context: UploadContext,
  intent: Intent,
): Promise<SinglePartUpload> {
  return watchUpload(context, intent, async () =>
    signSinglePart(context, await admitSinglePart(context, intent)),
  );
}

/**
 * Creates an upload that is one POST form, under a policy that has them. Throws as `createUpload` does, and
 * `invalid-request` for a text with a variable of forms.
 */
export function createFormUpload(context: UploadContext, intent: Intent): Promise<FormUpload> {
  return watchUpload(context, intent, () => createForm(context, intent));
}

async function createForm(context: UploadContext, intent: Intent): Promise<FormUpload> {
  const allowed = await allow(context, { ...intent, multipart: false });
  refuseVariables(allowed);
  const admitted = await admit(allowed, reserveIn(context));
  const form = signForm(admitted, signingOptions(context, admitted));
  return { ...announce(context, admitted), form };
}

/** Does the same for a client that never completes the upload, and so needs no id. */
export function createTicket(context: UploadContext, intent: Intent): Promise<AdmittedTicket> {
  return watchUpload(context, intent, () => giveTicket(context, intent));
}

async function giveTicket(context: UploadContext, intent: Intent): Promise<AdmittedTicket> {
  const admitted = await admitSinglePart(context, intent);
  const ticket = await signTicket(context, admitted);
  reportUpload(context.service, admitted.claims);
  return { admitted, ticket };
}

/**
 * Creates a batch. One call to the ledger reserves all of it, and each multipart upload takes another.
 * Each intent gets its upload or its own problem, and the tickets of first parts are shared among them,
 * so that a batch takes no more CPU time.
 */
export async function createUploads(
  context: UploadContext,
  intents: readonly (() => Intent | Promise<Intent>)[],
): Promise<readonly (CreatedUpload | Problem)[]> {
  const maxTickets = Math.max(1, Math.floor(MAX_SIGNED_PARTS / intents.length));
  const policies: (string | undefined)[] = [];
  const allowOne = async (makeIntent: () => Intent | Promise<Intent>, index: number) => {
    const intent = await makeIntent();
    policies[index] = intent.policy;
    return allow(context, intent);
  };
  const allowed = await Promise.all(
    intents.map(async (intent, index) => orProblem(async () => allowOne(intent, index))),
  );
  const admitted = await admitAll(allowed, reserveIn(context), repetitionIn(context));
  const created = await Promise.all(
    admitted.map(async (one) => {
      if (one instanceof Problem) return one;
      return orProblem(async () =>
        isMultipart(one) ? startParts(context, one, maxTickets) : signSinglePart(context, one),
      );
    }),
  );
  for (const [index, one] of created.entries())
    if (one instanceof Problem)
      reportRefused(context.service, { kind: "upload", policy: policies[index] }, one);
  return created;
}

function watchUpload<T>(
  { service }: UploadContext,
  { policy }: Intent,
  work: () => Promise<T>,
): Promise<T> {
  return watchTicket(service, { kind: "upload", policy }, work);
}

async function admitSinglePart(context: UploadContext, intent: Intent): Promise<Admitted> {
  return admit(await allow(context, { ...intent, multipart: false }), reserveIn(context));
}

async function signSinglePart(
  context: UploadContext,
  admitted: Admitted,
): Promise<SinglePartUpload> {
  const ticket = await signTicket(context, admitted);
  return { kind: "single-part", ...announce(context, admitted), ticket };
}

/** Seals the id of what was signed, and tells the app. */
function announce({ service, caller }: UploadContext, admitted: Admitted): Created {
  const { claims } = admitted;
  const id = service.uploadIds.seal(claims, caller);
  if (isNew(admitted)) reportUpload(service, claims);
  return { id, claims, admitted };
}

function signTicket(context: UploadContext, admitted: Admitted): Promise<Ticket> {
  return signPut(admitted, signingOptions(context, admitted));
}

function signingOptions({ service }: UploadContext, admitted: Admitted): SignOptions {
  const { writer: signer } = service.signersOf(admitted.grant.store);
  return { signer, now: new Date((admitted.repeatedAtSeconds ?? admitted.claims.iat) * 1000) };
}

async function startParts(
  { service, caller }: UploadContext,
  admitted: AdmittedMultipart,
  maxTickets: number,
): Promise<MultipartUpload> {
  const multipart = await startMultipart(service, admitted, maxTickets);
  const { claims } = multipart;
  if (isNew(admitted)) reportUpload(service, claims);
  return {
    kind: "multipart",
    id: service.uploadIds.seal(claims, caller),
    claims,
    admitted,
    multipart,
  };
}

function isMultipart(admitted: Admitted): admitted is AdmittedMultipart {
  return admitted.grant.parts !== undefined;
}

/** The app was told of an upload when it was new. */
function isNew({ repeatedAtSeconds }: Admitted): boolean {
  return repeatedAtSeconds === undefined;
}

/** Reserves in the ledger of the quota's owner. */
function reserveIn({ service }: UploadContext): Reserve {
  return async (owner, reservations) => service.ledgerOf(owner).reserve(reservations);
}

function repetitionIn({ service, caller, idempotencyKey }: UploadContext): Repetition | undefined {
  if (idempotencyKey === undefined) return undefined;
  const { now, uploadIds } = service;
  return {
    idempotencyKey,
    now,
    seal: (claims) => uploadIds.seal(claims, caller),
    refuseRevoked: (claims) => refuseRevokedUpload(service, caller, claims),
  };
}

async function orProblem<T>(work: () => Promise<T>): Promise<T | Problem> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}
