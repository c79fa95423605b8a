/** Finds the workerd binary and the runtime options of the deployed Worker. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { unstable_readConfig } from "wrangler";
import * as z from "zod/mini";
import { ROOT } from "./workspace.ts";

/** The binary that wrangler installs, and not the script that starts it. */
export const WORKERD = z
  .object({ default: z.string(), version: z.string() })
  .parse(createRequire(createRequire(import.meta.url).resolve("wrangler"))("workerd"));

/** The options in wrangler.toml that affect the speed of a Worker. */
export const OPTIONS = z
  .object({
    compatibility_date: z.string(),
    compatibility_flags: z.array(z.string()),
    keep_names: z.optional(z.boolean()),
  })
  .parse(
    unstable_readConfig({ config: join(ROOT, "wrangler.toml"), env: "" }, { hideWarnings: true }),
  );
