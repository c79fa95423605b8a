/** What is known of one request that somebody watches: whose it is, what it asked for, and how long it waited. */
import type { RequestAct } from "../audit/act.ts";
import type { Owner } from "../grant/owner.ts";
import type { Problem, ProblemCode } from "../problem.ts";
import type { RequestSpan, Tracing } from "./tracing.ts";
import type { Facts, Step, Watch } from "./watch.ts";

/** Enough to find a caller again. The ledger's name is the whole digest, and as long as a signature. */
const DIGEST_CHARACTERS = 32;
/** A batch may name several policies. No name of a policy or a store is this. */
const SEVERAL = "*";

interface Options {
  readonly now: () => number;
  /** It gets a line in the log. */
  readonly isLogged: boolean;
  /** Of a request that is traced. */
  readonly trace: { readonly tracing: Tracing; readonly span: RequestSpan } | undefined;
}

export class Observation implements Watch {
  readonly isLogged: boolean;
  readonly span: RequestSpan | undefined;
  code: ProblemCode | "ok" = "ok";
  policy: string | undefined;
  store: string | undefined;
  caller: string | undefined;
  who: Pick<Owner, "issuer" | "user"> | undefined;
  country: string | undefined;
  /** How many tickets were given and refused, and for how many bytes. */
  granted = 0;
  refused = 0;
  bytes = 0;
  readonly acts: RequestAct[] = [];
  /** Added up: what runs at the same time counts twice. */
  readonly waitedMs: Record<Step | "auth", number> = {
    auth: 0,
    hook: 0,
    ledger: 0,
    scanner: 0,
    store: 0,
  };
  readonly #startedAtMs: number;
  readonly #now: () => number;
  readonly #tracing: Tracing | undefined;

  constructor({ now, isLogged, trace }: Options) {
    this.isLogged = isLogged;
    this.span = trace?.span;
    this.#tracing = trace?.tracing;
    this.#now = now;
    this.#startedAtMs = now();
  }

  isBy({ digest, issuer, user }: Owner): void {
    this.who = { issuer, user };
    this.caller = digest.slice(0, DIGEST_CHARACTERS);
    this.waitedMs.auth = this.totalMs();
  }

  isAbout({ policy, store }: Facts): void {
    if (policy !== undefined) this.policy = join(this.policy, policy);
    if (store !== undefined) this.store = join(this.store, store);
  }

  comesFrom(country: unknown): void {
    if (typeof country === "string" && /^[A-Z][A-Z0-9]$/.test(country)) this.country = country;
  }

  grants(bytes: number): void {
    this.granted += 1;
    this.bytes += bytes;
  }

  endsWith({ code }: Pick<Problem, "code">): void {
    this.code = code;
  }

  refuses(): void {
    this.refused += 1;
  }

  records(act: RequestAct): void {
    this.acts.push(act);
  }

  async time<T>(step: Step, name: string, work: () => Promise<T>): Promise<T> {
    const startedAtMs = this.#now();
    try {
      return await (step === "hook" ? work() : this.#trace(`${step} ${name}`, work));
    } finally {
      this.waitedMs[step] += this.#now() - startedAtMs;
    }
  }

  totalMs(): number {
    return this.#now() - this.#startedAtMs;
  }

  #trace<T>(name: string, work: () => Promise<T>): Promise<T> {
    if (!this.#tracing) return work();
    return this.#tracing.enterSpan(name, async (span) => {
      try {
        return await work();
      } catch (error) {
        // Without its message: that of the platform has the URL.
        span.setStatus({ code: "error" });
        throw error;
      }
    });
  }
}

function join(known: string | undefined, name: string): string {
  return known === undefined || known === name ? name : SEVERAL;
}
