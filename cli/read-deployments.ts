/** Reads what wrangler.toml deploys: production, and each of its environments. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InvalidArgumentError } from "commander";
import * as z from "zod/mini";
import { ENVIRONMENT_VARIABLE } from "../src/config/environment.ts";
import type { Deployment, StoredSecret } from "./check-deployment.ts";
import { cannotLoad } from "./load-config.ts";
import { findWrangler } from "./dev/find-wrangler.ts";
import { runInNewerNode } from "./dev/node.ts";

/** The name of the environment in wrangler.toml, which production has not, and what it deploys. */
export interface NamedDeployment extends Deployment {
  readonly name: string | undefined;
}

/** By the names of the bindings. */
export type StoredSecrets = Readonly<Record<string, StoredSecret>>;

const FILE = "wrangler.toml";

const wranglerSchema = z.object({
  definedEnvironments: z.optional(z.array(z.string())),
  secrets: z.optional(z.object({ required: z.array(z.string()) })),
  secrets_store_secrets: z.array(
    z.object({ binding: z.string(), store_id: z.string(), secret_name: z.string() }),
  ),
  ratelimits: z.array(
    z.object({ name: z.string(), simple: z.object({ limit: z.number(), period: z.number() }) }),
  ),
  durable_objects: z.object({
    bindings: z.array(
      z.object({ name: z.string(), class_name: z.string(), script_name: z.optional(z.string()) }),
    ),
  }),
  migrations: z.array(z.object({ new_sqlite_classes: z._default(z.array(z.string()), []) })),
  services: z.optional(z.array(z.object({ binding: z.string() }))),
  queues: z.object({ producers: z.optional(z.array(z.object({ binding: z.string() }))) }),
  vars: z.record(z.string(), z.unknown()),
  r2_buckets: z.array(z.object({ local_dev: z.optional(z.unknown()) })),
});

/** Returns production and each environment. One with the embedded store is for development, and left out. Throws `InvalidArgumentError` where there is no file, or an invalid one. */
export async function readDeployments(folder: string): Promise<readonly NamedDeployment[]> {
  const file = join(folder, FILE);
  if (!existsSync(file)) throw new InvalidArgumentError(`There is no ${FILE} in ${folder}.`);
  findWrangler(folder);
  // Imported only when it is needed: it takes a second.
  const { unstable_readConfig: readConfig } = await import("wrangler");
  const readChecked = (env: string): unknown => {
    try {
      return readConfig({ config: file, env }, { hideWarnings: true });
    } catch (error) {
      throw cannotLoad(FILE, error);
    }
  };
  const read = (env: string) => wranglerSchema.parse(readChecked(env));
  const production = read("");
  const environments = (production.definedEnvironments ?? []).flatMap((name) => {
    const config = read(name);
    const isDevelopment = config.r2_buckets.some(({ local_dev: local }) => local !== undefined);
    return isDevelopment ? [] : [{ name, ...toDeployment(config) }];
  });
  return [{ name: undefined, ...toDeployment(production) }, ...environments];
}

/**
 * Returns the bindings of the Secrets Store that production has. Wrangler reads them only where there are some.
 * `undefined` where it needs a newer Node.js, in which the whole command has run.
 */
export async function readStoredSecrets(folder: string): Promise<StoredSecrets | undefined> {
  const file = join(folder, FILE);
  if (!existsSync(file) || !readFileSync(file, "utf8").includes("secrets_store_secrets")) return {};
  if (await runInNewerNode(folder)) return undefined;
  const [production] = await readDeployments(folder);
  return production?.storedSecrets ?? {};
}

function toDeployment(config: z.output<typeof wranglerSchema>): Deployment {
  const created = new Set(config.migrations.flatMap((one) => one.new_sqlite_classes));
  return {
    environment: config.vars[ENVIRONMENT_VARIABLE],
    requiredSecrets: config.secrets?.required ?? [],
    storedSecrets: Object.fromEntries(
      config.secrets_store_secrets.map(
        ({ binding, store_id: storeId, secret_name: secretName }) => [
          binding,
          { storeId, secretName },
        ],
      ),
    ),
    bindings: {
      services: namesOf(config.services),
      "queues.producers": namesOf(config.queues.producers),
    },
    hasLedger: config.durable_objects.bindings.some(
      (one) =>
        one.name === "LEDGER" && (one.script_name !== undefined || created.has(one.class_name)),
    ),
    rateLimits: Object.fromEntries(
      config.ratelimits.map(({ name, simple }) => [
        name,
        { limit: simple.limit, windowSeconds: simple.period },
      ]),
    ),
  };
}

function namesOf(bindings: readonly { readonly binding: string }[] = []): readonly string[] {
  return bindings.map(({ binding }) => binding);
}
