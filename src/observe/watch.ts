/** What the operations tell of a request that somebody watches. Nothing of it waits. */
import type { RequestAct } from "../audit/act.ts";
import type { Owner } from "../grant/owner.ts";

/** What a request waits for. */
export type Step = "hook" | "ledger" | "scanner" | "store";

/** What a request is about: names of the configuration, never what a client sent. */
export interface Facts {
  readonly policy?: string | undefined;
  readonly store?: string | undefined;
}

/** Collects what is known of one request. */
export interface Watch {
  readonly isBy: (caller: Owner) => void;
  readonly isAbout: (facts: Facts) => void;
  readonly comesFrom: (country: unknown) => void;
  /** A ticket for so many bytes was given. */
  readonly grants: (bytes: number) => void;
  readonly refuses: () => void;
  /** What an audit tells of. */
  readonly records: (act: RequestAct) => void;
  /** `name` is that of the call: a method of the ledger or of the request to the store, or the policy of the scanner. */
  readonly time: <T>(step: Step, name: string, work: () => Promise<T>) => Promise<T>;
}
