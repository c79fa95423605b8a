/** The way of every ticket: what is allowed, where it goes, whether it is within limits, the signature. */
import { admit, type Admission, type Admitted } from "./admit.ts";
import type { Caller } from "../grant/authenticate.ts";
import { authorize, type Intent, type Region } from "../grant/authorize.ts";
import { claimUpload, type UploadClaims } from "../grant/upload-claims.ts";
import { makeKey } from "../key/make.ts";
import { WINDOW } from "../grant/parts.ts";
import { Problem } from "../problem.ts";
import type { Service } from "../service.ts";
import { sign, type Ticket } from "./ticket.ts";
import { beginMultipart, type BegunMultipart } from "./multipart.ts";

/** Where a request is. */
export interface Occasion {
  readonly requestOrigin: string;
  readonly region: Region;
}

export interface GrantedUpload {
  readonly admitted: Admitted;
  /** What the id says: with the store's `uploadId`, for an upload in parts. */
  readonly claims: UploadClaims;
  /** What the client gets: one ticket, or those of the first parts. */
  readonly issued: Ticket | BegunMultipart;
}

export interface Asked {
  readonly service: Service;
  readonly caller: Caller;
  readonly occasion: Occasion;
  /** How many parts are signed at once with the answer, over all uploads. */
  readonly window?: number;
}

/** Throws the problem of the first rule that is broken; then nothing was signed. */
export async function createUpload(asked: Asked, intent: Intent): Promise<GrantedUpload> {
  const [upload] = await createUploads(asked, [() => intent]);
  if (!upload) throw new TypeError("Cannot create the upload: there was no answer");
  if (upload instanceof Problem) throw upload;
  return upload;
}

/** Each granted, or its own problem: one bad one does not spoil the others. One round trip to the ledger for all. */
export async function createUploads(
  asked: Asked,
  intents: readonly (() => Intent | Promise<Intent>)[],
): Promise<readonly (GrantedUpload | Problem)[]> {
  const { service, caller, window: whole = WINDOW } = asked;
  const now = new Date(service.now());
  // A window of parts for the whole request, so that a batch takes no more of its CPU time.
  const window = Math.max(Math.min(1, whole), Math.floor(whole / intents.length));
  const prepared = await Promise.all(
    intents.map(async (intent) => orProblem(async () => prepare(asked, await intent(), now))),
  );
  const limits = { ledger: service.ledgerOf(caller), log: service.log };
  const admitted = await admit(prepared, limits);
  return Promise.all(
    admitted.map(async (one) =>
      one instanceof Problem ? one : orProblem(async () => issue(asked, one, { now, window })),
    ),
  );
}

function prepare({ service, caller, occasion }: Asked, intent: Intent, now: Date): Admission {
  const grant = authorize(service.config, caller, intent, occasion.region);
  const key = makeKey(grant, { id: service.newId(), now });
  const { requestOrigin } = occasion;
  return {
    grant,
    key,
    claims: claimUpload(grant, key, { jti: service.newId(), now, requestOrigin }),
  };
}

async function issue(
  { service, caller, occasion }: Asked,
  admitted: Admitted,
  { now, window }: { readonly now: Date; readonly window: number },
): Promise<GrantedUpload> {
  const { claims, grant } = admitted;
  if (grant.parts) {
    const begun = await beginMultipart(service, caller, admitted, window);
    return { admitted, claims: begun.claims, issued: begun };
  }
  const { writer: signer } = service.signersOf(grant.store);
  const { requestOrigin } = occasion;
  return { admitted, claims, issued: await sign(admitted, { signer, now, requestOrigin }) };
}

async function orProblem<T>(work: () => T | Promise<T>): Promise<T | Problem> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}
