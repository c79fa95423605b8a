/** The entry of the tests: the Worker with the development configuration. `npm run dev` generates its own. */
import { createDevelopmentPresigner } from "./presigner.ts";
import config from "./presigner.config.ts";
import { DEVELOPMENT_SECRETS } from "./secrets.ts";

const presigner = createDevelopmentPresigner({
  definition: config,
  secrets: DEVELOPMENT_SECRETS,
  storeSecrets: {},
});
export default { fetch: presigner.fetch };
/** The Durable Object class that wrangler.toml names. */
export class Ledger extends presigner.Ledger {}
