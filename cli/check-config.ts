/** `npm run check-config`: reports every error of the configuration, and exits with 1 if there is one. */
import { styleText } from "node:util";
import { unstable_readConfig } from "wrangler";
import * as z from "zod/mini";
import definition from "../presigner.config.ts";
import { checkDeployment } from "./check-deployment.ts";
import { paint, print, printError } from "./output.ts";

const wrangler = z
  .object({
    secrets: z.optional(z.object({ required: z.array(z.string()) })),
    ratelimits: z.array(
      z.object({ name: z.string(), simple: z.object({ limit: z.number(), period: z.number() }) }),
    ),
  })
  .parse(unstable_readConfig({ config: "wrangler.toml", env: "" }, { hideWarnings: true }));

const errors = checkDeployment(definition, {
  requiredSecrets: wrangler.secrets?.required ?? [],
  rateLimits: Object.fromEntries(
    wrangler.ratelimits.map(({ name, simple }) => [
      name,
      { limit: simple.limit, windowSeconds: simple.period },
    ]),
  ),
});

for (const { path, detail } of errors)
  printError(`${paint("red", "✘")} ${paint("bold", path)}: ${detail}\n`);
if (errors.length > 0) {
  printError(
    `\n${errors.length} ${errors.length === 1 ? "error" : "errors"}. docs/configuration.md explains each field\n`,
  );
  process.exit(1);
}
print(`${styleText("green", "✔")} presigner.config.ts and wrangler.toml are valid\n`);
