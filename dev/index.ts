/** The entry of `npm run dev` and of the tests: the same Worker with the development configuration. */
import { env } from "cloudflare:workers";
import { PLATFORM } from "../src/platform.ts";
import { createWorker } from "../src/worker.ts";
import config from "./presigner.config.ts";
import { DEVELOPMENT_SECRETS } from "./secrets.ts";

export default createWorker(config, { ...DEVELOPMENT_SECRETS, ...env }, PLATFORM);
