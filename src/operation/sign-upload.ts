/** Admitted → what is created: a ticket, a form, or the first parts, with the id that names the upload. */
import type { UploadClaims } from "../grant/upload-claims.ts";
import type { Admitted } from "./admit.ts";
import type { UploadContext } from "./allow.ts";
import { signForm, type Form } from "./form.ts";
import {
  startMultipart,
  type AdmittedMultipart,
  type StartedMultipart,
} from "./start-multipart.ts";
import { signPut, type SignOptions, type Ticket } from "./ticket.ts";
import { reportUpload } from "./watch-ticket.ts";

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

/** Signs one PUT, or the first parts of a multipart upload. */
export function signUpload(
  context: UploadContext,
  admitted: Admitted,
  maxTickets: number,
): Promise<CreatedUpload> {
  return isMultipart(admitted)
    ? startParts(context, admitted, maxTickets)
    : signSinglePart(context, admitted);
}

/** Signs one PUT. */
export async function signSinglePart(
  context: UploadContext,
  admitted: Admitted,
): Promise<SinglePartUpload> {
  const ticket = await signTicket(context, admitted);
  return { kind: "single-part", ...announce(context, admitted), ticket };
}

/** Signs one POST form. */
export function signFormUpload(context: UploadContext, admitted: Admitted): FormUpload {
  const form = signForm(admitted, signingOptions(context, admitted));
  return { ...announce(context, admitted), form };
}

/** Signs one PUT, without an id: nobody is told of it. */
export function signTicket(context: UploadContext, admitted: Admitted): Promise<Ticket> {
  return signPut(admitted, signingOptions(context, admitted));
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

function signingOptions({ service }: UploadContext, admitted: Admitted): SignOptions {
  const { writer: signer } = service.signersOf(admitted.grant.store);
  return { signer, now: new Date((admitted.repeatedAtSeconds ?? admitted.claims.iat) * 1000) };
}

/** Seals the id of what was signed, and tells the app. */
function announce({ service, caller }: UploadContext, admitted: Admitted): Created {
  const { claims } = admitted;
  const id = service.uploadIds.seal(claims, caller);
  if (isNew(admitted)) reportUpload(service, claims);
  return { id, claims, admitted };
}

/** The app was told of an upload when it was new. */
function isNew({ repeatedAtSeconds }: Admitted): boolean {
  return repeatedAtSeconds === undefined;
}
