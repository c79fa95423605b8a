/** Defines the findings of doctor: what was tested, with which result, and how to fix it. */
import type { Capabilities } from "../../src/config/capabilities.ts";

/** The names of the tests. They are stable, because scripts read them in the output of `--json`. */
export type FindingName =
  | "credentials"
  | "clock"
  | "region"
  | "preflight"
  | "exposed-etag"
  | "readable-answer"
  | "other-origin"
  | "put"
  | "reading"
  | "missing-is-404"
  | "longer-body"
  | "shorter-body"
  | "chunked-body"
  | "other-type"
  | "second-write"
  | "writes-at-once"
  | "changed-header"
  | "other-key"
  | "expired-ticket"
  | "future-ticket"
  | "copy-source"
  | "copy-source-on-part"
  | "unsigned-metadata"
  | "unsigned-acl"
  | "metadata-alias"
  | "post-form"
  | "writer-lists"
  | "writer-reads"
  | "writer-deletes"
  | "public-object"
  | "public-list"
  | "multipart"
  | "longer-part"
  | "chunked-part"
  | "list-parts"
  | "conditional-complete"
  | "abort"
  | "lifecycle"
  | "quarantine-writer"
  | "quarantine-copy"
  | "quarantine-condition"
  | "quarantine-delete"
  | "quarantine-lifecycle"
  | "scanner"
  | "scanner-signature"
  | "checksum-md5"
  | "checksum-sha256"
  | "checksum-crc32"
  | "checksum-crc32c"
  | "checksum-crc64nvme"
  | "scoped-issue"
  | "scoped-own"
  | "scoped-actions"
  | "scoped-beside"
  | "worker"
  | "worker-keys"
  | "worker-tokens"
  | "worker-origins"
  | "worker-limits"
  | "worker-ready"
  | "worker-ticket";

/** `bad`: fix it. `note`: good to know. `unknown`: the test gave no result. */
export type Verdict = "good" | "bad" | "note" | "unknown";

export interface Finding {
  readonly name: FindingName;
  readonly verdict: Verdict;
  /** What happened. */
  readonly message: string;
  /** What to do about it. Every `bad` finding has it. */
  readonly fix?: string;
  /** What to set on the store in the configuration. */
  readonly setting?: Setting;
}

export interface Setting {
  readonly copyGuard?: "signed-empty" | "none";
  readonly capabilities?: Capabilities;
}

/** The findings under one heading. */
export interface Group {
  readonly title: string;
  readonly findings: readonly Finding[];
}

/** Returns a finding without a problem. */
export const good = (name: FindingName, message: string): Finding => ({
  name,
  verdict: "good",
  message,
});
/** Returns a finding without a result. */
export const unknown = (name: FindingName, message: string): Finding => ({
  name,
  verdict: "unknown",
  message,
});
