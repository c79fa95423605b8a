/** Starts a development Worker with its ledgers before each test of a file, and forgets what it has stored after it. */
import { reset } from "cloudflare:test";
import { afterEach, beforeEach, expect } from "vitest";
import {
  controlEnvironment,
  putObject,
  restoreEnvironment,
  type Environment,
} from "./development-worker.ts";
import { startFailingWorker, type FailingWorker, type FailingOptions } from "./failing-ledger.ts";

interface Ticket {
  readonly id: string;
  readonly key: string;
}

/** Of the test that runs. */
interface Started {
  readonly environment: Environment;
  readonly worker: FailingWorker;
  /** Creates an upload of alice. */
  readonly upload: (policy: string, size: number) => Promise<Ticket>;
  /** Creates one, stores its object, and completes it. */
  readonly stored: (policy: string, size: number) => Promise<Ticket>;
}

export function startForEach(options?: FailingOptions): Started {
  let environment: Environment;
  let worker: FailingWorker;
  beforeEach(() => {
    environment = controlEnvironment();
    worker = startFailingWorker(options);
  });
  afterEach(async () => {
    restoreEnvironment();
    await reset();
  });

  const upload: Started["upload"] = async (policy, size) => {
    const body = { policy, contentType: "image/png", size };
    const response = await worker.ask("POST", "/v1/uploads", body);
    expect(response.status).toBe(201);
    return response.json();
  };
  return {
    get environment() {
      return environment;
    },
    get worker() {
      return worker;
    },
    upload,
    async stored(policy, size) {
      const ticket = await upload(policy, size);
      await putObject(ticket.key, size);
      expect((await worker.ask("POST", `/v1/uploads/${ticket.id}/complete`)).status).toBe(200);
      return ticket;
    },
  };
}
