/** Defines the findings of `explain`. */
import type { Evidence } from "./evidence.ts";

/** The lines of the canonical request, the signature and the answer. */
type Line =
  | "method"
  | "path"
  | "query"
  | "headers"
  | "signed headers"
  | "payload hash"
  | "signature"
  | "answer";

/** `certain`: the inputs prove it. `likely`: no other known cause fits. `possible`: the inputs do not exclude it. */
export const CERTAINTIES = ["certain", "likely", "possible"] as const;

export interface Explanation {
  readonly certainty: (typeof CERTAINTIES)[number];
  readonly line: Line;
  /** The signed and the sent value, if they are known. Several headers are on several lines. */
  readonly signed?: string | undefined;
  readonly sent?: string | undefined;
  /** What differs and why, in one sentence. */
  readonly message: string;
  /** What to change. */
  readonly fix: string;
}

export interface Finding extends Explanation {
  readonly cause: string;
}

/** A reason for which a store refuses a request. */
export interface Cause {
  /** The name in kebab-case. It is never renamed, because scripts read it. */
  readonly name: string;
  readonly find: (evidence: Evidence) => Explanation | undefined;
}
