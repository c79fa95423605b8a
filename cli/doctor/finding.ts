/** One line of the doctor's table. */
import type { Capabilities } from "../../src/config/capabilities.ts";

/** Stable names, for scripts: `--json` has them. */
export type FindingName =
  | "credentials"
  | "clock"
  | "region"
  | "preflight"
  | "exposed-etag"
  | "other-origin"
  | "put"
  | "reading"
  | "missing-is-404"
  | "longer-body"
  | "shorter-body"
  | "other-type"
  | "second-write"
  | "changed-header"
  | "other-key"
  | "expired-ticket"
  | "future-ticket"
  | "copy-source"
  | "copy-source-on-part"
  | "unsigned-metadata"
  | "unsigned-acl"
  | "writer-lists"
  | "writer-reads"
  | "writer-deletes"
  | "public-object"
  | "public-list"
  | "multipart"
  | "longer-part"
  | "list-parts"
  | "conditional-complete"
  | "abort"
  | "lifecycle"
  | "checksum-md5"
  | "checksum-sha256"
  | "checksum-crc32"
  | "checksum-crc32c"
  | "checksum-crc64nvme"
  | "worker"
  | "worker-keys"
  | "worker-tokens"
  | "worker-origins"
  | "worker-limits"
  | "worker-ticket";

/** `bad`: mend it. `note`: good to know. `unknown`: could not be found out. */
export type Verdict = "good" | "bad" | "note" | "unknown";

export interface Finding {
  readonly name: FindingName;
  readonly verdict: Verdict;
  /** What was seen. */
  readonly says: string;
  /** What to do about it. */
  readonly mend?: string;
  /** What to write into the store's definition. */
  readonly setting?: Setting;
}

export interface Setting {
  readonly copyGuard?: "signed-empty" | "none";
  readonly capabilities?: Capabilities;
}

/** Of one kind, under one heading. */
export interface Group {
  readonly title: string;
  readonly findings: readonly Finding[];
}

export const good = (name: FindingName, says: string): Finding => ({ name, verdict: "good", says });
export const unknown = (name: FindingName, says: string): Finding => ({
  name,
  verdict: "unknown",
  says,
});
