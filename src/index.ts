import { env } from "cloudflare:workers";
import config from "../presigner.config.ts";
import { createLedgerClass } from "./ledger/durable-object.ts";
import { PLATFORM } from "./platform.ts";
import { createWorker } from "./worker.ts";

const worker = createWorker(config, { ...env }, PLATFORM);
export default worker;
/** The Durable Object of wrangler.toml. */
export class Ledger extends createLedgerClass(worker.ledgerWorld) {}
