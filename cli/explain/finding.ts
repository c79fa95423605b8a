/** What `explain` finds. */
import type { Evidence } from "./evidence.ts";

/** Lines of the canonical request, and two that stand outside of it. */
type Line =
  | "method"
  | "path"
  | "query"
  | "headers"
  | "signed headers"
  | "payload hash"
  | "signature"
  | "answer";

/** `certain`: the pieces show it. `likely`: they fit nothing else that is known. `possible`: they do not exclude it. */
export const CERTAINTIES = ["certain", "likely", "possible"] as const;

export interface Found {
  readonly certainty: (typeof CERTAINTIES)[number];
  readonly line: Line;
  /** The line as it was signed, and as it was sent, where they can be told. Several headers stand on several lines. */
  readonly signed?: string | undefined;
  readonly sent?: string | undefined;
  /** What differs and why, in one sentence. */
  readonly says: string;
  /** What to change. */
  readonly mend: string;
}

export interface Finding extends Found {
  readonly cause: string;
}

/** One way in which a request goes wrong. */
export interface Cause {
  /** Kebab-case, never renamed: scripts read it. */
  readonly name: string;
  readonly find: (evidence: Evidence) => Found | undefined;
}
