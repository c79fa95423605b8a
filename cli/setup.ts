/** `edge-presigner setup`: what a bucket needs for the policies of the configuration, printed or applied. */
import { InvalidArgumentError, Option, type Command } from "commander";
import type { Env } from "../src/secret.ts";
import { CONFIG_FILE, loadDefinition } from "./load-config.ts";
import { readEnv } from "./config-options.ts";
import { applyPlan, type Applied } from "./setup/apply.ts";
import { ASKING, chooseStore, confirmChange } from "./setup/prompts.ts";
import { completeDefinition, storeNamesOf } from "./setup/complete-definition.ts";
import { FORMATS, type Format } from "./setup/formats.ts";
import { toJson } from "./setup/to-json.ts";
import { addBucketFlags, pickBucketFlags, type BucketFlags } from "./setup/bucket-options.ts";
import { planSetup, type Plan } from "./setup/plan.ts";
import { printChanges, printOutcome } from "./setup/print-applied.ts";
import { printPlan } from "./setup/print-plan.ts";
import { usesOf, type Use } from "./setup/bucket-use.ts";
import { compileWithStandIns } from "./placeholder-secrets.ts";

interface Options extends BucketFlags {
  readonly config: string;
  readonly secretsFile?: string;
  readonly format?: Format;
  readonly apply?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export function addSetup(program: Command): void {
  const command = program
    .command("setup")
    .description("Prints what a bucket needs for the policies that use it, or applies it.")
    .argument("[store]", "a store of the configuration; without one it is asked for")
    .option("--config <file>", "the configuration", CONFIG_FILE)
    .option(
      "--secrets-file <file>",
      "secrets beside those in the environment; without it .dev.vars",
    )
    .addOption(new Option("--format <tool>", "for this tool alone").choices(FORMATS))
    .option("--apply", "sets CORS and lifecycle over the S3 API, after showing the difference")
    .option("--yes", "applies without asking")
    .option("--json", "prints one document");
  addBucketFlags(command).action(run);
}

async function run(name: string | undefined, options: Options): Promise<void> {
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY && !options.json;
  if (options.apply && !options.yes && !isTerminal) {
    throw new InvalidArgumentError("Add --yes: here is no terminal on which to ask.");
  }
  const env = readEnv(options);
  const definition = await loadDefinition(options.config);
  const store = name ?? (await soleName(storeNamesOf(definition), isTerminal));
  const flags = pickBucketFlags(options);
  const asking = isTerminal ? ASKING : undefined;
  const completed = await completeDefinition(definition, store, { flags, asking });
  const use = findUse(usesOf(compileWithStandIns(completed.definition, env).config), store);
  const plan = await planSetup(use, completed.definition);
  const showing = { format: options.format, lines: completed.lines };
  const applied = options.apply ? await apply(plan, { env, options }) : undefined;
  if (options.json) {
    const document = toJson(plan, showing, applied);
    process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
  } else if (!applied) process.stdout.write(printPlan(plan, showing));
  if (applied?.some(({ outcome }) => outcome === "refused" || outcome === "declined"))
    process.exitCode = 1;
}

async function apply(
  plan: Plan,
  { env, options }: { readonly env: Env; readonly options: Options },
): Promise<readonly Applied[]> {
  const print = (text: string) => {
    if (!options.json) process.stdout.write(`${text}\n`);
  };
  const applied = await applyPlan(plan, {
    env,
    confirm: async (pending) => {
      print(printChanges(pending));
      return options.yes || (await confirmChange(`Change this in "${plan.use.store.bucket}"?`));
    },
  });
  for (const one of applied) print(printOutcome(one));
  return applied;
}

async function soleName(names: readonly string[], isTerminal: boolean): Promise<string> {
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  if (isTerminal && names.length > 0) return chooseStore(names);
  throw new InvalidArgumentError(`Name one of the stores: ${names.join(", ") || "there is none"}.`);
}

function findUse(uses: readonly Use[], name: string): Use {
  const found = uses.find(({ store }) => store.name === name);
  const others = uses.map(({ store }) => store.name).join(", ");
  if (!found)
    throw new InvalidArgumentError(`No policy uses a store ${name}: name one of ${others}.`);
  if (found.store.providerName !== "local") return found;
  throw new InvalidArgumentError(
    "The embedded store needs no setup: name the configuration of a deployment with --config.",
  );
}
