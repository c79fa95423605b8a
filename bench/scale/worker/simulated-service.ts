/** The whole service with its ledgers, under a virtual clock. */
import * as z from "zod/mini";
import { createRandom } from "../../../test/soak/random.ts";
import type { Service } from "../../../src/service.ts";
import { openLedgers, type LedgerBinding, type Ledgers, type Operation } from "./ledgers.ts";
import type { Outside } from "./outside.ts";
import type { Schedule } from "./schedule.ts";
import { createService, type Extras } from "./service.ts";

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface SimulatedService {
  /** Sends a request as an app does; `headers` name the user. */
  readonly post: (
    path: string,
    body: object,
    headers: Readonly<Record<string, string>>,
  ) => Promise<Answer>;
  readonly ledgers: Ledgers;
  readonly getService: () => Service;
}

interface Options {
  readonly binding: LedgerBinding;
  readonly schedule: Schedule;
  readonly outside: Outside;
  readonly seed: number;
  readonly hasWebhook: boolean;
  readonly extras?: Extras;
  /** Called after each call of a ledger and each alarm. */
  readonly onOperation: (operation: Operation) => void;
}

const answerSchema = z.record(z.string(), z.unknown());
const ORIGIN = "https://uploads.acme.dev";

export function createSimulatedService({
  binding,
  schedule,
  outside,
  seed,
  hasWebhook,
  extras,
  onOperation,
}: Options): SimulatedService {
  let ids = 0;
  const ledgers = openLedgers({
    binding,
    schedule,
    getDependencies: () => service.getLedgerDependencies(),
    takeWaitMs: outside.takeWaitMs,
    onOperation,
  });
  const service = createService({
    now: schedule.now,
    random: createRandom(seed).next,
    newId: () => `${(ids += 1).toString(16).padStart(8, "0")}-0000-4000-8000-000000000000`,
    fetch: outside.fetch,
    ledgers: ledgers.namespace,
    hasWebhook,
    extras,
  });
  return {
    ledgers,
    getService: service.getService,
    async post(path, body, headers) {
      const response = await service.fetch(
        new Request(`${ORIGIN}${path}`, {
          method: "POST",
          headers: {
            origin: "https://app.acme.dev",
            "content-type": "application/json",
            ...headers,
          },
          body: JSON.stringify(body),
        }),
      );
      return { status: response.status, body: answerSchema.parse(await response.json()) };
    },
  };
}
