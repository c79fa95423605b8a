/** The entry of `npm run dev` and of the tests: the Worker with the development configuration. */
import { env } from "cloudflare:workers";
import { toPresigner } from "../src/presigner.ts";
import { RUNTIME } from "../src/runtime.ts";
import { createWorker } from "../src/worker.ts";
import config from "./presigner.config.ts";
import { DEVELOPMENT_SECRETS } from "./secrets.ts";
import { answerToken } from "./token.ts";

const worker = createWorker(config, { ...DEVELOPMENT_SECRETS, ...env }, RUNTIME);
const presigner = toPresigner(worker);
export default {
  fetch: async (request: Request): Promise<Response> =>
    (await answerToken(request)) ?? presigner.fetch(request),
};
/** The Durable Object class that wrangler.toml names. */
export class Ledger extends presigner.Ledger {}
