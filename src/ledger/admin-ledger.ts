/** What admins read and change in a ledger. The Durable Object has these methods beside those of uploads. */
import { DurableObject } from "cloudflare:workers";
import type {
  AdminLedger,
  Corrected,
  Correction,
  Directory,
  ErasedUser,
  PolicyUsage,
  Remainder,
  StuckLedger,
  UserName,
  WaitingMessage,
} from "./administer.ts";
import type { LedgerDependencies } from "./dependencies.ts";
import { addStuck, readStuck, removeStuck } from "./directory.ts";
import { erase } from "./erase.ts";
import { Revocations } from "./keep-revocations.ts";
import { UNUSED, type LimitedPolicy } from "./limits.ts";
import { readWaiting, sendAgain } from "./outbox.ts";
import type { Revocation, RevocationLedger, RevocationList, RevokeResult } from "./revocation.ts";
import { LedgerStorage } from "./storage.ts";
import { reportedAtMs } from "./stuck.ts";
import { correct, policyUsageOf, readPolicyUsage } from "./usage.ts";

/** The storage is shared with the class that extends this one. */
export abstract class AdminLedgerObject
  extends DurableObject
  implements AdminLedger, Directory, RevocationLedger
{
  protected readonly ledger: LedgerStorage;
  readonly #revocations: Revocations;
  readonly #getDependencies: () => LedgerDependencies;

  constructor(
    state: DurableObjectState,
    env: Cloudflare.Env,
    getDependencies: () => LedgerDependencies,
  ) {
    super(state, env);
    this.ledger = new LedgerStorage(state.storage, getDependencies);
    this.#revocations = new Revocations(this.ledger, getDependencies);
    this.#getDependencies = getDependencies;
  }

  async readUsage(policies: readonly LimitedPolicy[]): Promise<readonly PolicyUsage[]> {
    const nowMs = this.#getDependencies().now();
    return this.ledger.read(
      () => policies.map((one) => readPolicyUsage(this.ledger.sql, one, nowMs)),
      policies.map((one) => policyUsageOf(UNUSED, one, nowMs)),
    );
  }

  async correct(correction: Correction): Promise<Corrected> {
    return this.ledger.change((nowMs) => {
      this.ledger.prepareFor(correction.quota);
      return correct(this.ledger.sql, correction, nowMs);
    });
  }

  async readOutbox(user: UserName): Promise<readonly WaitingMessage[]> {
    return this.ledger.read(() => readWaiting(this.ledger.sql, user), []);
  }

  async sendAgain(message: UserName & { readonly id: string }): Promise<boolean> {
    if (!(await this.ledger.read(() => true, false))) return false;
    return this.ledger.change((nowMs) => sendAgain(this.ledger.sql, message, nowMs));
  }

  async erase(user: ErasedUser): Promise<Remainder> {
    if (!(await this.ledger.read(() => true, false))) return { uploads: 0 };
    const wasTold = reportedAtMs(this.ledger.sql) !== undefined;
    const remainder = await this.ledger.change((nowMs) => erase(this.ledger.sql, user, nowMs));
    // A ledger that has deleted itself gets no alarm that would tell the directory.
    if (wasTold && remainder.uploads === 0) await this.#removeFromDirectory();
    return remainder;
  }

  async addStuck(stuck: StuckLedger): Promise<boolean> {
    return this.ledger.change((nowMs) => addStuck(this.ledger.sql, stuck, nowMs));
  }

  async removeStuck(ledger: string): Promise<void> {
    if (await this.ledger.read(() => true, false))
      await this.ledger.change(() => removeStuck(this.ledger.sql, ledger));
  }

  async readStuck(): Promise<readonly StuckLedger[]> {
    return this.ledger.read(() => readStuck(this.ledger.sql), []);
  }

  async readRevocations(knownVersion: string | undefined): Promise<RevocationList> {
    return this.#revocations.readRevocations(knownVersion);
  }

  async revoke(revocation: Revocation): Promise<RevokeResult> {
    return this.#revocations.revoke(revocation);
  }

  async #removeFromDirectory(): Promise<void> {
    await this.#getDependencies().directory.removeStuck(this.ctx.id.toString());
  }
}
