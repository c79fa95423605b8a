/** What an app gives to `createPresigner(config, hooks)`. Each is optional, and costs nothing where it is absent. */
import type { Restrictions } from "./grant/restrict.ts";
import type { Session } from "./grant/session.ts";
import type { Checksum } from "./store/checksum.ts";
import type { CredentialAction } from "./store/scoped-access.ts";

/** The user who asks. */
interface HookCaller {
  /** The name of the issuer, or `urn:edge-presigner:session` for a user of the hook `authenticate`. */
  readonly issuer: string;
  readonly user: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** What a user is about to get. */
export type Question<PolicyName extends string = string> = {
  readonly caller: HookCaller;
  readonly policy: PolicyName;
} & (
  | {
      readonly action: "upload";
      readonly filename: string | undefined;
      readonly contentType: string;
      /** In bytes. */
      readonly size: number | undefined;
      readonly metadata: Readonly<Record<string, string>>;
    }
  | {
      /** Tickets for parts of an upload, to read an object, or its deletion. */
      readonly action: "parts" | "download" | "delete";
      readonly key: string;
    }
  | {
      /** Credentials for all keys under the prefix. They keep no `types` and no `maxBytes`: an answer with one is a refusal. */
      readonly action: "credentials";
      readonly prefix: string;
      readonly actions: readonly CredentialAction[];
    }
);

interface UploadEvent<PolicyName extends string> {
  readonly caller: Omit<HookCaller, "claims">;
  /** As the receipt (`jti`), the webhook (`data.id`) and the log name the upload. */
  readonly upload: string;
  readonly policy: PolicyName;
  readonly key: string;
  readonly contentType: string;
}

/** An upload whose ticket is on its way to the client. */
export interface Granted<PolicyName extends string = string> extends UploadEvent<PolicyName> {
  /** In bytes. */
  readonly size: number | undefined;
  readonly expiresAt: Date;
}

/** An upload that a client has completed. */
export interface Completed<PolicyName extends string = string> extends UploadEvent<PolicyName> {
  /** In bytes. */
  readonly size: number;
  readonly etag: string;
  readonly checksum: Checksum | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly completedAt: Date;
  readonly receipt: string;
}

export interface Hooks<PolicyName extends string = string> {
  /**
   * Returns the user of the app's own session; a throw is 401. The request has no body. `variables` are
   * those of the Hono app that has mounted this one. At most 5 seconds.
   */
  readonly authenticate?: (
    request: Request,
    context: { readonly variables: Readonly<Record<string, unknown>> },
  ) => Session | Promise<Session>;
  /**
   * Returns `false` to refuse, or restrictions, `{}` for none: they are added to those of the policy and
   * the token. Anything else, a throw, and more than 5 seconds are 500, and nothing is signed.
   */
  readonly authorize?: (
    question: Question<PolicyName>,
  ) => false | Restrictions | Promise<false | Restrictions>;
  /** Called after the answer. An error is logged and changes nothing. At most 25 seconds. */
  readonly onGranted?: (event: Granted<PolicyName>) => void | Promise<void>;
  /** The same. It can be called again for an upload that is completed again. */
  readonly onCompleted?: (event: Completed<PolicyName>) => void | Promise<void>;
}
