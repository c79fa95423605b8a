import config from "../presigner.config.ts";
import { createPresigner } from "./presigner.ts";

const presigner = createPresigner(config);
export default { fetch: presigner.fetch };
/** The Durable Object class that wrangler.toml names. */
export class Ledger extends presigner.Ledger {}
