/** Checks production and each environment of wrangler.toml. */
import { asRecord } from "../src/config/as-record.ts";
import { environmentsOf } from "../src/config/environment.ts";
import type { ConfigError } from "../src/config/errors.ts";
import { checkDeployment, type Checked } from "./check-deployment.ts";
import type { NamedDeployment } from "./read-deployments.ts";

/** Returns the errors and warnings of all. A path of an environment begins with its name; what is wrong in production's configuration too is left out. */
export function checkEnvironments(
  definition: unknown,
  deployments: readonly NamedDeployment[],
): Checked {
  const names = environmentsOf(definition) ?? [];
  const checked = deployments.map((deployment) => ({
    name: deployment.name,
    ...checkDeployment(definition, deployment),
  }));
  const production = checked.find(({ name }) => name === undefined);
  const collect = (kind: "errors" | "warnings") =>
    checked.flatMap(({ name, [kind]: found }) =>
      name === undefined
        ? found
        : found
            .filter((one) => isOfWrangler(one) || !isIn(one, production?.[kind] ?? []))
            .map((one) => ({ ...one, path: `${name}: ${one.path}` })),
    );
  const choices = names.flatMap((name) => checkChoice(name, deployments));
  const shared = names.flatMap((name) => findSharedStores(asRecord(definition), name));
  return {
    errors: [...collect("errors"), ...choices],
    warnings: [...collect("warnings"), ...shared],
  };
}

/** Warns of each store of production that an environment uses too. */
function findSharedStores(
  { stores, environments }: Readonly<Record<string, unknown>>,
  name: string,
): readonly ConfigError[] {
  const own = asRecord(asRecord(asRecord(environments)[name])["stores"]);
  const shared = Object.keys(asRecord(stores)).filter((store) => !Object.hasOwn(own, store));
  return shared.map((store) => ({
    path: `environments.${name}.stores`,
    detail: `has no "${store}", so that ${name} uploads into the bucket of production: add it with a bucket of its own`,
  }));
}

/** An environment of the configuration is chosen by that of wrangler.toml with its name, or by another one. */
function checkChoice(
  name: string,
  deployments: readonly NamedDeployment[],
): readonly ConfigError[] {
  const own = deployments.find((one) => one.name === name);
  const isChosen = deployments.some(({ environment }) => environment === name);
  if (own ? own.environment === name : isChosen) return [];
  const detail = `nothing chooses it: set ENVIRONMENT = "${name}" in [env.${name}.vars] of wrangler.toml`;
  return [{ path: `environments.${name}`, detail }];
}

/** Each environment has its own bindings and secrets in wrangler.toml. */
function isOfWrangler({ path }: ConfigError): boolean {
  return /^(wrangler\.toml|limits)\b/.test(path);
}

function isIn({ path, detail }: ConfigError, all: readonly ConfigError[]): boolean {
  return all.some((one) => one.path === path && one.detail === detail);
}
