/** The entry of `npm run dev` and of the tests: the same Worker with the development configuration. */
import { env } from "cloudflare:workers";
import { createLedgerClass } from "../src/ledger/durable-object.ts";
import { PLATFORM } from "../src/platform.ts";
import { createWorker } from "../src/worker.ts";
import config from "./presigner.config.ts";
import { DEVELOPMENT_SECRETS } from "./secrets.ts";
import { answerToken } from "./token.ts";

const worker = createWorker(config, { ...DEVELOPMENT_SECRETS, ...env }, PLATFORM);
export default {
  fetch: async (request: Request): Promise<Response> =>
    (await answerToken(request)) ?? worker.fetch(request),
};
/** The Durable Object of wrangler.toml. */
export class Ledger extends createLedgerClass(worker.ledgerWorld) {}
