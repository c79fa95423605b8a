/** The development Worker with large quotas. The clock of its ledgers can be ahead, so that all that is due later is due now. */
import { env } from "cloudflare:workers";
import development from "../../../dev/presigner.config.ts";
import { DEVELOPMENT_SECRETS } from "../../../dev/secrets.ts";
import { createLedgerClass } from "../../../src/ledger/durable-object.ts";
import { RUNTIME } from "../../../src/runtime.ts";
import { createWorker } from "../../../src/worker.ts";

const vars: Readonly<Record<string, unknown>> = { ...env };
const AHEAD_MS = Number(vars["LEDGER_AHEAD_SECONDS"]) * 1000;
const quota = { uploads: "1000000 / day", bytes: "1 TB / day", pending: 100_000 };

const worker = createWorker(
  {
    ...development,
    limits: { perAddress: "1000000 / minute", perCaller: "1000000 / minute" },
    policies: {
      document: development.policies["document"],
      metered: {
        store: "local",
        key: "metered/{user}/{id}.{ext}",
        types: ["image/*"],
        maxBytes: "10 MB",
        quota,
      },
      /** Tickets that bound no length. */
      loose: {
        store: "local",
        key: "loose/{user}/{id}.{ext}",
        types: ["image/*"],
        maxBytes: "100 kB",
        size: "optional",
        quota,
      },
      /** Tickets that still work after an abort. */
      lasting: {
        store: "local",
        key: "lasting/{user}/{id}.{ext}",
        types: ["image/*"],
        maxBytes: "100 kB",
        allowContentTypeOnly: true,
        quota,
      },
      film: {
        store: "local",
        key: "films/{user}/{id}.{ext}",
        types: ["video/*"],
        maxBytes: "1 GB",
        multipartFrom: "8 MiB",
        resumeWithin: "10 min",
        quota,
      },
    },
    defaultPolicy: "metered",
  },
  { ...DEVELOPMENT_SECRETS, ...vars },
  RUNTIME,
);
export default worker;

const SoakLedger = createLedgerClass(() => ({
  ...worker.getLedgerDependencies(),
  now: () => Date.now() + AHEAD_MS,
}));

/** The Durable Object of wrangler.toml. The platform's clock is not ahead: alarms are moved. */
export class Ledger extends SoakLedger {
  constructor(state: DurableObjectState, bindings: Cloudflare.Env) {
    const { storage } = state;
    const getAlarm = storage.getAlarm.bind(storage);
    const setAlarm = storage.setAlarm.bind(storage);
    storage.getAlarm = async () => {
      const atMs = await getAlarm();
      return atMs === null ? null : atMs + AHEAD_MS;
    };
    storage.setAlarm = async (atMs) => setAlarm(Number(atMs) - AHEAD_MS);
    super(state, bindings);
  }
}
