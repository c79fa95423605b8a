/** `npm run check-config`: exits with 1, and names every mistake, where the Worker could not serve. */
import { styleText } from "node:util";
import { unstable_readConfig } from "wrangler";
import * as z from "zod/mini";
import definition from "../presigner.config.ts";
import { checkDeployment } from "./check-deployment.ts";

const wrangler = z
  .object({
    secrets: z.optional(z.object({ required: z.array(z.string()) })),
    ratelimits: z.array(
      z.object({ name: z.string(), simple: z.object({ limit: z.number(), period: z.number() }) }),
    ),
  })
  .parse(unstable_readConfig({ config: "wrangler.toml", env: "" }, { hideWarnings: true }));

const mistakes = checkDeployment(definition, {
  requiredSecrets: wrangler.secrets?.required ?? [],
  rateLimits: Object.fromEntries(
    wrangler.ratelimits.map(({ name, simple }) => [
      name,
      { limit: simple.limit, windowSeconds: simple.period },
    ]),
  ),
});

for (const { path, detail } of mistakes)
  console.error(`${styleText("red", "✘")} ${styleText("bold", path)}: ${detail}`);
if (mistakes.length > 0) {
  console.error(`\n${mistakes.length} to mend. Every field is explained in docs/configuration.md`);
  process.exit(1);
}
console.log(`${styleText("green", "✔")} presigner.config.ts and wrangler.toml fit together`);
