/** The Durable Object of a configuration without a quota: wrangler.toml names the class, and nobody writes to it. */
import { DurableObject } from "cloudflare:workers";
import type { Page } from "./page.ts";

const A_DAY_MS = 86_400_000;

/** Keeps what the ledger of an earlier configuration has: it goes on as soon as a policy has a quota again. */
export class UnusedLedger extends DurableObject {
  /** For `GET /v1/uploads`. */
  list(): Page {
    return { uploads: [], next: undefined };
  }

  override async alarm(): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now() + A_DAY_MS);
  }
}
