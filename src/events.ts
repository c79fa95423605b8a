/**
 * Every event of the log: how serious it is, and which fields it has. What each one means, and what to do
 * then, is in operations/catalogue.ts, and so not in the bundle.
 */
import type { ProblemCode } from "./problem.ts";

/** The least serious first. */
export const LEVEL_NAMES = ["debug", "info", "warn", "error"] as const;
export type Level = (typeof LEVEL_NAMES)[number];

export const LEVELS = {
  "abort-failed": "warn",
  "admin-called": "info",
  "alarm-failed": "error",
  "audit-failed": "warn",
  "audit-lost": "error",
  "cleanup-failed": "warn",
  "cleanup-refused": "error",
  "copy-in-prefix": "error",
  "credentials-issued": "info",
  "directory-full": "warn",
  "event-failed": "warn",
  "event-refused": "warn",
  "hook-failed": "error",
  "ledger-failed": "error",
  "look-failed": "warn",
  "metrics-failed": "warn",
  misconfigured: "error",
  "open-uploads-unread": "warn",
  "presigner-differs": "error",
  "promotion-failed": "warn",
  "rate-limit-failed": "warn",
  request: "info",
  "request-failed": "error",
  "request-refused": "info",
  "revocations-unread": "warn",
  "scanner-failed": "warn",
  "settle-failed": "warn",
  "undo-failed": "warn",
  "unexplained-object": "warn",
  "upload-settled": "debug",
  "webhook-dropped": "error",
  "webhook-failed": "warn",
  "webhook-sent": "debug",
} as const satisfies Readonly<Record<string, Level>>;

export type EventName = keyof typeof LEVELS;

/** Each name means one thing, in whichever event it is. */
export type FieldName = {
  [Name in EventName]: string extends keyof EventFields[Name] ? never : keyof EventFields[Name];
}[EventName];

type Text = string | undefined;

/** The fields of each event. None of them ever holds a secret, a signature, a token or a ticket's URL. */
export interface EventFields {
  "abort-failed": { reason: Text };
  "admin-called": { requestId: string; method: string; route: string; admin: string };
  "alarm-failed": { reason: Text };
  "audit-failed": { events: number; status?: number; reason?: Text };
  "audit-lost": { events: number };
  "cleanup-failed": { upload: string; reason: Text };
  "cleanup-refused": { upload: string; store: string };
  "copy-in-prefix": { bucket: string; key: string; source?: string };
  "credentials-issued": {
    policy: string;
    store: string;
    actions: readonly string[];
    session: string;
    expiresAt: string;
  };
  "directory-full": { kind: string };
  "event-failed": { attempts: number; reason: Text };
  "event-refused": { errors: readonly string[] };
  "hook-failed": { reason: Text };
  "ledger-failed": { reason: Text };
  "look-failed": { store: string; attempts: number; reason: Text };
  "metrics-failed": { reason: Text };
  misconfigured: { errors: readonly { readonly path: string; readonly detail: string }[] };
  "open-uploads-unread": { reason: Text };
  "presigner-differs": Readonly<Record<string, never>>;
  "promotion-failed": { upload: string; reason: Text };
  "rate-limit-failed": { reason: Text };
  request: {
    requestId: string;
    method: string;
    route: string;
    status: number;
    code: ProblemCode | "ok";
    policy: Text;
    store: Text;
    granted: number | undefined;
    refused: number | undefined;
    bytes: number | undefined;
    caller: Text;
    country: Text;
    deployment: Text;
    totalMs: number;
    authMs: number;
    hookMs: number;
    ledgerMs: number;
    storeMs: number;
    scannerMs: number;
  };
  "request-failed": { requestId: string; code: ProblemCode; reason: Text };
  "request-refused": { requestId: string; code: ProblemCode; reason: Text };
  "revocations-unread": { reason: Text };
  "scanner-failed": { upload: string; reason: Text };
  "settle-failed": { upload: string; attempts: number; reason: Text };
  "undo-failed": { upload: string; store: string; failed: number };
  "unexplained-object": { bucket: string; key: string; source?: string };
  "upload-settled": {
    upload: string;
    policy: string;
    store: string;
    uploadStatus: string;
    by: "request" | "alarm";
    bytes: number | undefined;
    sinceGrantMs: number;
    sinceCheckMs: number | undefined;
  };
  "webhook-dropped": { message: string; attempts: number; delivery: string };
  "webhook-failed": { message: string; status?: number; reason?: Text };
  "webhook-sent": { message: string; attempts: number; ageMs: number };
}
