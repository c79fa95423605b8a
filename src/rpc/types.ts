/** What another Worker sends by a service binding, and what it gets. */
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

export interface UploadCall<PolicyName extends string = string> extends OnBehalf {
  readonly policy?: PolicyName | undefined;
  readonly filename?: string | undefined;
  readonly contentType: string;
  /** In bytes. */
  readonly size?: number | undefined;
  readonly checksum?: Checksum | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly multipart?: boolean | undefined;
  readonly background?: boolean | undefined;
}

export interface CompleteCall extends OnBehalf {
  readonly id: string;
  readonly etag?: string | undefined;
  readonly parts?: readonly { readonly partNumber: number; readonly etag: string }[] | undefined;
}

export interface ObjectCall<PolicyName extends string = string> extends OnBehalf {
  readonly policy?: PolicyName | undefined;
  readonly key: string;
}

export interface DownloadCall<PolicyName extends string = string> extends ObjectCall<PolicyName> {
  readonly method?: "GET" | "HEAD" | undefined;
  readonly disposition?: "attachment" | "inline" | undefined;
  readonly filename?: string | undefined;
}

export interface ListCall extends OnBehalf {
  readonly status?: "pending" | "completed" | "rejected" | "expired" | "aborted" | undefined;
  readonly cursor?: string | undefined;
}

export interface ReceiptCall {
  readonly receipt: string;
  /** The user whose upload it must be. */
  readonly user: string;
}

interface Signed {
  readonly method: string;
  readonly url: string;
  /** Send exactly these. */
  readonly headers: Readonly<Record<string, string>>;
  /** In seconds. */
  readonly expiresIn: number;
  readonly expiresAt: string;
}

interface CreatedBase {
  readonly id: string;
  readonly status: "pending";
  readonly policy: string;
  readonly key: string;
  readonly expiresIn: number;
  readonly expiresAt: string;
}

/** As the answer of `POST /v1/uploads`: one PUT, or the first parts. */
export type Created = CreatedBase &
  (
    | (Signed & { readonly contentLength?: number; readonly multipart?: undefined })
    | {
        readonly url?: undefined;
        readonly multipart: {
          readonly uploadId: string;
          readonly partSize: number;
          readonly partCount: number;
          readonly parts: readonly (Signed & {
            readonly partNumber: number;
            readonly contentLength: number;
          })[];
          readonly nextPartNumber?: number;
        };
      }
  );

/** As the answer of `POST /v1/uploads/{id}/complete`. */
export interface CompletedAnswer {
  readonly id: string;
  readonly status: "completed";
  readonly policy: string;
  readonly key: string;
  readonly size: number;
  readonly contentType: string;
  readonly etag: string;
  readonly checksum?: Checksum;
  readonly metadata: Readonly<Record<string, string>>;
  readonly publicUrl?: string;
  readonly completedAt: string;
  readonly receipt: string;
}

/** As the answer of `POST /v1/downloads`. */
export interface DownloadAnswer extends Signed {
  readonly policy: string;
  readonly key: string;
}

/** As the answer of `GET /v1/uploads`. */
export interface ListAnswer {
  readonly uploads: readonly {
    readonly id: string;
    readonly status: NonNullable<ListCall["status"]>;
    readonly policy: string;
    readonly key: string;
    readonly contentType: string;
    readonly size?: number;
    readonly createdAt: string;
    readonly expiresAt: string;
    readonly finishedAt?: string;
    readonly etag?: string;
    readonly publicUrl?: string;
  }[];
  readonly cursor?: string;
}

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
