/** Creates uploads: allowed by a policy, under a key, within the quota, signed. */
import type { Intent } from "../grant/intent.ts";
import { MAX_SIGNED_PARTS } from "../grant/parts.ts";
import { admit, type Admitted } from "./admit.ts";
import { allow, type UploadContext } from "./allow.ts";
import { refuseVariables } from "./form.ts";
import { repetitionIn, reserveIn } from "./reserve-in.ts";
import {
  signFormUpload,
  signSinglePart,
  signTicket,
  signUpload,
  type CreatedUpload,
  type FormUpload,
  type SinglePartUpload,
} from "./sign-upload.ts";
import type { Ticket } from "./ticket.ts";
import { reportUpload, watchTicket } from "./watch-ticket.ts";

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
  return signUpload(context, admitted, maxTickets);
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
  return signFormUpload(context, await admit(allowed, reserveIn(context)));
}

/** Creates one PUT for a client that never completes the upload, and so needs no id. Throws as `createUpload` does. */
export function createTicket(context: UploadContext, intent: Intent): Promise<AdmittedTicket> {
  return watchUpload(context, intent, () => giveTicket(context, intent));
}

async function giveTicket(context: UploadContext, intent: Intent): Promise<AdmittedTicket> {
  const admitted = await admitSinglePart(context, intent);
  const ticket = await signTicket(context, admitted);
  reportUpload(context.service, admitted.claims);
  return { admitted, ticket };
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
