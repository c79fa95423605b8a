/** Bundles a Worker that was built beforehand: `edge-presigner build`, and the entry file that its author writes. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeBuiltModule } from "../cli/build/built-module.ts";
import { bundleFile, type Bundle } from "./bundle.ts";
import { ONE_POLICY } from "./config.ts";
import { ROOT, type Workspace } from "./workspace.ts";

/** As in bench/worker/presigner.ts: a bare workerd has no rate limits. */
const ENTRY = `import { env, withEnv } from "cloudflare:workers";
import { createPresigner } from "./presigner.ts";

const unlimited = { limit: async () => ({ success: true }) };
const bindings = { ...env, RATE_LIMIT_ADDRESS: unlimited, RATE_LIMIT_CALLER: unlimited };
const presigner = withEnv(bindings, createPresigner);
export default { fetch: presigner.fetch };
export class Ledger extends presigner.Ledger {}
`;

/** The files are in `gen/`, so that they find the source and git ignores them. */
export async function bundleBuilt(workspace: Workspace): Promise<Bundle> {
  const folder = join(ROOT, "gen", "bench");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "presigner.ts");
  writeFileSync(file, makeBuiltModule(ONE_POLICY, file).text);
  const main = join(folder, "built.ts");
  writeFileSync(main, ENTRY);
  return bundleFile(workspace, "built", main);
}
