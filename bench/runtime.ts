/** The runtime and its options: those of the deployed Worker. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { unstable_readConfig } from "wrangler";
import * as z from "zod/mini";
import { ROOT } from "./workspace.ts";

/** The binary that wrangler brings along, and not a script around it. */
export const WORKERD = z
  .object({ default: z.string(), version: z.string() })
  .parse(createRequire(createRequire(import.meta.url).resolve("wrangler"))("workerd"));

/** What wrangler.toml says of the runtime, and of bundling as far as it costs time. */
export const OPTIONS = z
  .object({
    compatibility_date: z.string(),
    compatibility_flags: z.array(z.string()),
    keep_names: z.optional(z.boolean()),
  })
  .parse(
    unstable_readConfig({ config: join(ROOT, "wrangler.toml"), env: "" }, { hideWarnings: true }),
  );
