import { env } from "cloudflare:workers";
import config from "../presigner.config.ts";
import { createLedgerClass } from "./ledger/durable-object.ts";
import { RUNTIME } from "./runtime.ts";
import { createWorker } from "./worker.ts";

const worker = createWorker(config, { ...env }, RUNTIME);
export default worker;
/** The Durable Object class that wrangler.toml names. */
export class Ledger extends createLedgerClass(worker.getLedgerDependencies) {}
