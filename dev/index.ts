/** The entry of the tests: the Worker with the development configuration. `npm run dev` generates its own. */
import { createDevelopmentPresigner } from "./presigner.ts";
import config from "./presigner.config.ts";
import { DEVELOPMENT_SECRETS } from "./secrets.ts";

const presigner = createDevelopmentPresigner({
  // What an isolate knows would outlive the ledgers of a test: those that revoke start Workers of their own.
  definition: { ...config, revocations: false },
  secrets: DEVELOPMENT_SECRETS,
  storeSecrets: {},
});
export default { fetch: presigner.fetch };
/** The Durable Object class that wrangler.toml names. */
export class Ledger extends presigner.Ledger {}
