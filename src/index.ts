import { env } from "cloudflare:workers";
import config from "../presigner.config.ts";
import { PLATFORM } from "./platform.ts";
import { createWorker } from "./worker.ts";

export default createWorker(config, { ...env }, PLATFORM);
