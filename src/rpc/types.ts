/** What another Worker sends by a service binding, and what it gets. */
import type * as z from "zod/mini";
import type {
  completedUpload,
  completionResults,
  credentials,
  downloadTicket,
  multipartTicket,
  policyList,
  singlePartTicket,
  unfinishedUpload,
  uploadList,
} from "../http/v1-answer.ts";
import type {
  completeBatchRequest,
  completeRequest,
  credentialsRequest,
  downloadRequest,
  listQuery,
  objectRequest,
  uploadRequest,
} from "../http/v1-request.ts";
import type { ProblemCode, FieldError } from "../problem.ts";
import type { Checksum } from "../store/checksum.ts";

/** For whom, and from where. */
interface OnBehalf {
  /** The user's id at the issuer of the binding's props. */
  readonly user: string;
  /** As the claims of the user's token: they fill `{claim.x}`, and can restrict. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
  /** `request.cf` of the user's request: chooses the store of a policy with several. */
  readonly cf?: object | undefined;
  /** The origin of the development server. Needed in development, and otherwise ignored. */
  readonly origin?: string | undefined;
}

type Input<Schema extends () => z.ZodMiniType> = z.input<ReturnType<Schema>>;
type UnderPolicy<Fields, PolicyName> = OnBehalf &
  Omit<Fields, "policy"> & { readonly policy?: PolicyName | undefined };

export type UploadCall<PolicyName extends string = string> = UnderPolicy<
  UploadFields,
  PolicyName
> & {
  /**
   * As the header `Idempotency-Key`: the same call with the same key returns the same upload, where its policy
   * has a quota. 1 to 255 printable ASCII characters.
   */
  readonly idempotencyKey?: string | undefined;
};
interface UploadFields extends Omit<Input<typeof uploadRequest>, "metadata"> {
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

export type CompleteCall = OnBehalf & { readonly id: string } & Input<typeof completeRequest>;
export type BatchCall = OnBehalf & Input<typeof completeBatchRequest>;
export type PoliciesCall = OnBehalf;
export type ObjectCall<PolicyName extends string = string> = UnderPolicy<
  Input<typeof objectRequest>,
  PolicyName
>;
export type DownloadCall<PolicyName extends string = string> = UnderPolicy<
  Input<typeof downloadRequest>,
  PolicyName
>;
export type ListCall = OnBehalf & Input<typeof listQuery>;

export type CredentialsCall<PolicyName extends string = string> = OnBehalf &
  Omit<Input<typeof credentialsRequest>, "policy"> & { readonly policy: PolicyName };

export interface ReceiptCall {
  readonly receipt: string;
  /** The user whose upload it must be. */
  readonly user: string;
}

/** As the answer of `POST /v1/uploads`: one PUT, or the first parts. */
export type Created =
  | (z.output<typeof singlePartTicket> & { readonly multipart?: undefined })
  | (z.output<typeof multipartTicket> & { readonly url?: undefined });

/**
 * As the answer of `POST /v1/uploads/{id}/complete`. Under a policy with a quarantine it may be `pending`: call it
 * again after `retryAfter` seconds.
 */
export type CompletedAnswer = z.output<typeof completedUpload> | z.output<typeof unfinishedUpload>;

/** As the answer of `POST /v1/uploads/batch/complete`: `ok` says only that the batch itself is valid. */
export type BatchCompleted = z.output<typeof completionResults>;

type AnyPolicies = z.output<typeof policyList>;

/** As the answer of `GET /v1/policies`. */
export interface PoliciesAnswer<PolicyName extends string = string> {
  readonly default?: PolicyName | undefined;
  readonly policies: readonly (AnyPolicies["policies"][number] & { readonly name: PolicyName })[];
}

/** As the answer of `POST /v1/downloads`. */
export type DownloadAnswer = z.output<typeof downloadTicket>;

/** As the answer of `POST /v1/credentials`. */
export type CredentialsAnswer = z.output<typeof credentials>;

/** As the answer of `GET /v1/uploads`. */
export type ListAnswer = z.output<typeof uploadList>;

/** What a valid receipt says. */
export interface ReceiptAnswer {
  readonly user: string;
  readonly issuer: string;
  /** The upload as webhooks and the log name it. */
  readonly upload: string;
  readonly policy: string;
  readonly store: string;
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
  readonly contentType: string;
  readonly etag: string;
  readonly checksum?: Checksum | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A refusal: the fields of the HTTP API's problems. */
export interface Refusal {
  readonly ok: false;
  readonly code: ProblemCode;
  readonly status: number;
  readonly detail: string;
  readonly requestId: string;
  readonly limit?: number;
  readonly actual?: number;
  readonly retryAfter?: number;
  readonly errors?: readonly FieldError[];
}

export type Result<Answer> = (Answer & { readonly ok: true }) | Refusal;
