/** Signs POST forms: what a browser sends with `multipart/form-data`, for exactly what was allowed. */
import { ticketKeyOf } from "../grant/upload-claims.ts";
import { invalidRequest } from "../problem.ts";
import type { FormFields } from "../store/post-policy.ts";
import type { Admitted } from "./admit.ts";
import type { AllowedUpload } from "./allow.ts";
import type { SignOptions } from "./ticket.ts";

/** A form that anybody can send who has it, until the ticket of the upload would expire. */
export interface Form {
  readonly method: "POST";
  /** The bucket's. */
  readonly url: string;
  /** What the client sends before the file. */
  readonly fields: FormFields;
}

/** Signs a form for the granted object: its key, its length, its type and every other header as a field. */
export function signForm({ grant, claims }: Admitted, { signer, now }: SignOptions): Form {
  const { store, size, headers, expiresInSeconds } = grant;
  if (size === undefined)
    throw new TypeError("Cannot sign the form: the policy must require the size");
  const fields = signer.signForm({
    bucket: store.bucket,
    key: ticketKeyOf(claims),
    fields: headers,
    bytes: size,
    expiresInSeconds,
    now,
  });
  return { method: "POST", url: (store.origin ?? claims.origin ?? "") + store.basePath, fields };
}

const hasVariable = (text: string) => text.includes("${");

/**
 * Stores replace `${filename}` in a field with the name that the browser sends (AWS: "HTML Form Fields"), so
 * that another key would be stored. Throws `invalid-request` for a key or a field with such a variable.
 */
export function refuseVariables({ grant, key }: AllowedUpload): void {
  if (!hasVariable(key.text) && !Object.values(grant.headers).some(hasVariable)) return;
  const pointer = hasVariable(key.text) ? "/filename" : "/metadata";
  throw invalidRequest({ pointer, detail: 'must not contain "${", which is a variable in a form' });
}
