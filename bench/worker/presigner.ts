/**
 * Runs dev/index.ts with rate limiters that allow everything: a bare workerd has no such binding,
 * and without one the Worker writes two log lines for each request, which would be measured too.
 */
import config from "../../dev/presigner.config.ts";
import { DEVELOPMENT_SECRETS } from "../../dev/secrets.ts";
import { RUNTIME } from "../../src/runtime.ts";
import { createWorker } from "../../src/worker.ts";

const unlimited = { limit: async () => ({ success: true }) };
const env = {
  ...DEVELOPMENT_SECRETS,
  RATE_LIMIT_ADDRESS: unlimited,
  RATE_LIMIT_CALLER: unlimited,
};

// oxlint-disable-next-line import/no-default-export -- the entry of a Worker
export default createWorker(config, env, RUNTIME);
