/** The module that `edge-presigner build` writes: a compiled configuration, and imports of what it needs. */
import { createHash } from "node:crypto";
import { dirname, join, relative, resolve } from "node:path";
import { compileAll } from "../../src/config/compile.ts";
import {
  planConfig,
  type BuiltConfig,
  type ConfigPlan,
  type StorePlan,
} from "../../src/config/plan.ts";
import { chooseEnvironment, environmentsOf, type Made } from "../../src/config/environment.ts";
import { ConfigurationError, ErrorCollector } from "../../src/config/errors.ts";
import { VERSION } from "../../src/version.ts";
import { placeholdersFor, requiredSecretsOf } from "../placeholder-secrets.ts";

/** Where it is written. A folder that Wrangler watches would make it build without end. */
export const BUILT_FILE = "gen/presigner.ts";

/** The folder of the package or of the clone. */
const ROOT = resolve(import.meta.dirname, "..", "..");

export interface BuiltModule {
  readonly text: string;
  /** The names of the policies. */
  readonly policies: readonly string[];
  /** Parts of the service that are not in the bundle, with the reason. */
  readonly leftOut: readonly string[];
}

/** Returns the module for `file`. Throws `ConfigurationError` with every error of the definition. */
export function makeBuiltModule(definition: unknown, file: string): BuiltModule {
  const plans = planAll(definition);
  const built: BuiltConfig = { version: VERSION, definition: hashOf(definition), plans };
  const all = [plans.production, ...Object.values(plans.environments ?? {})];
  const hasLedger = all.some(
    ({ policies, revocations }) => revocations || policies.some(({ quota }) => quota),
  );
  const createLedger = hasLedger ? "createLedger" : "createUnusedLedger";
  const needsAccessKeys = all.some(({ stores }) => mayShareBuckets(stores));
  const names = [
    "createBuiltPresigner",
    createLedger,
    ...(needsAccessKeys ? ["checkKeySpaces"] : []),
  ];
  const features = [
    hasLedger ? "createLedger" : "createLedger: createUnusedLedger",
    ...(needsAccessKeys ? ["checkKeySpaces"] : []),
  ];
  const text = `${stamp(built)}
// Written by \`npx edge-presigner build\`: do not edit it, and do not commit it. It holds no secret.
import { ${names.join(", ")}, type BuiltPresigner, type Hooks } from ${JSON.stringify(specifierFor(file))};

const CONFIG = ${JSON.stringify(JSON.stringify(built))};

export function createPresigner(hooks?: Hooks): BuiltPresigner {
  return createBuiltPresigner(CONFIG, { ${features.join(", ")} }, hooks);
}
`;
  return {
    text,
    policies: plans.production.policies.map(({ name }) => name),
    leftOut: hasLedger ? [] : ["the ledger: no policy has a quota"],
  };
}

/** The Worker learns at its start which environment it is. */
function planAll(definition: unknown): Made<ConfigPlan> {
  const names = environmentsOf(definition);
  return {
    production: plan(definition, undefined),
    environments: names && Object.fromEntries(names.map((name) => [name, plan(definition, name)])),
  };
}

function plan(definition: unknown, environment: string | undefined): ConfigPlan {
  const errors = new ErrorCollector();
  const chosen = chooseEnvironment(definition, environment, errors);
  if (errors.errors.length > 0) throw new ConfigurationError(errors.errors);
  return planConfig(compileAll(chosen, placeholdersFor(requiredSecretsOf(chosen))));
}

/** The first line of the module, from which anyone sees whether it is of this definition and this package. */
export function stamp({
  version,
  definition,
}: Pick<BuiltConfig, "version" | "definition">): string {
  return `// edge-presigner ${version}, definition ${definition}`;
}

/** Returns the SHA-256 of a definition, in hexadecimal. */
export function hashOf(definition: unknown): string {
  return createHash("sha256").update(JSON.stringify(definition)).digest("hex");
}

/** Returns whether only the access keys can tell that two stores are one bucket, as the check of the keys asks. */
function mayShareBuckets(stores: readonly StorePlan[]): boolean {
  return stores.some((a, index) =>
    stores
      .slice(index + 1)
      .some((b) => a.bucket === b.bucket && !(a.provider.endpoint && b.provider.endpoint)),
  );
}

/** In a clone the module is of the same project, and imports its source. */
function specifierFor(file: string): string {
  const path = relative(ROOT, resolve(file));
  const isInside = !path.startsWith("..") && !path.split(/[\\/]/).includes("node_modules");
  const isClone = isInside && !ROOT.split(/[\\/]/).includes("node_modules");
  if (!isClone) return "edge-presigner/built";
  return relative(dirname(resolve(file)), join(ROOT, "src", "built.ts")).replaceAll("\\", "/");
}
