/** `edge-presigner setup`: prints or applies the settings that a bucket needs for its policies. */
import { InvalidArgumentError, Option, type Command } from "commander";
import type { Env } from "../src/secret.ts";
import { CONFIG_FILE, loadDefinition } from "./load-config.ts";
import { readEnv } from "./config-options.ts";
import { isTerminal, print, printJson } from "./output.ts";
import type { Applied } from "./setup/apply.ts";
import { RULE_ID } from "./setup/cors.ts";
import { PROMPTS, chooseStore, confirmChange } from "./setup/prompts.ts";
import { completeDefinition, storeNamesOf } from "./setup/complete-definition.ts";
import { FORMATS, type Format } from "./setup/formats.ts";
import { toJson } from "./setup/to-json.ts";
import { addBucketFlags, pickBucketFlags, type BucketFlags } from "./setup/bucket-options.ts";
import { planSetup, type Plan } from "./setup/plan.ts";
import { printChanges, printOutcome } from "./setup/print-applied.ts";
import { printPlan } from "./setup/print-plan.ts";
import { usesOf, type BucketUse } from "./setup/bucket-use.ts";
import { readStoredSecrets } from "./read-deployments.ts";
import { compileWithPlaceholders } from "./placeholder-secrets.ts";

interface Options extends BucketFlags {
  readonly config: string;
  readonly secretsFile?: string;
  readonly format?: Format;
  readonly apply?: boolean;
  readonly yes?: boolean;
  readonly ruleId: string;
  readonly replace?: boolean;
  readonly json?: boolean;
}

/** Adds the command `setup` to the program. */
export function addSetup(program: Command): void {
  const command = program
    .command("setup")
    .description(
      "Prints the CORS, permissions, lifecycle and secrets that a bucket needs, or applies them.",
    )
    .argument("[store]", "store of the configuration (default: asks)")
    .option("--config <file>", "configuration file", CONFIG_FILE)
    .option(
      "--secrets-file <file>",
      "file with secrets; the environment overrides it (default: .dev.vars, if it exists)",
    )
    .addOption(
      new Option("--format <tool>", "print only the commands of this tool").choices(FORMATS),
    )
    .option("--apply", "show the difference, then set CORS and lifecycle through the S3 API")
    .option("--yes", "apply without asking")
    .option(
      "--rule-id <name>",
      "name of the rules: another one for each deployment that shares the bucket",
      readRuleId,
      RULE_ID,
    )
    .option("--replace", "replace rules of this name, also those of another deployment")
    .option("--json", "print one JSON document");
  addBucketFlags(command).action(run);
}

async function run(name: string | undefined, options: Options): Promise<void> {
  const isInteractive = process.stdin.isTTY && isTerminal() && !options.json;
  if (options.apply && !options.yes && !isInteractive) {
    throw new InvalidArgumentError(
      "Add --yes: without a terminal, setup cannot ask for confirmation.",
    );
  }
  const stored = await readStoredSecrets(process.cwd());
  if (!stored) return;
  const env = readEnv(options);
  const definition = await loadDefinition(options.config);
  const store = name ?? (await chooseStoreName(storeNamesOf(definition), isInteractive));
  const flags = pickBucketFlags(options);
  const prompts = isInteractive ? PROMPTS : undefined;
  const completed = await completeDefinition(definition, store, { flags, prompts });
  const use = findUse(usesOf(compileWithPlaceholders(completed.definition, env).config), store);
  const plan = await planSetup(use, completed.definition, {
    ruleId: options.ruleId,
    stored,
  });
  const printOptions = { format: options.format, lines: completed.lines };
  const applied = options.apply ? await apply(plan, { env, options }) : undefined;
  if (options.json) {
    const document = toJson(plan, printOptions, applied);
    printJson(document);
  } else if (!applied) print(printPlan(plan, printOptions));
  if (applied?.some(({ outcome }) => outcome === "refused" || outcome === "declined"))
    process.exitCode = 1;
}

/** Throws `InvalidArgumentError` for a name that is also the numbered one of another. */
function readRuleId(text: string): string {
  if (/^[a-z][a-z0-9-]{0,62}$/.test(text) && !/-\d+$/.test(text)) return text;
  throw new InvalidArgumentError(
    "Use lower-case letters, digits and hyphens, and no number at the end, such as edge-presigner-staging.",
  );
}

async function apply(
  plan: Plan,
  { env, options }: { readonly env: Env; readonly options: Options },
): Promise<readonly Applied[]> {
  const show = (text: string) => {
    if (!options.json) print(`${text}\n`);
  };
  const { applyPlan } = await importApply();
  const applied = await applyPlan(plan, {
    env,
    isReplaced: options.replace ?? false,
    confirm: async (pending) => {
      show(printChanges(pending));
      return (
        options.yes ||
        (await confirmChange(`Apply this change to the bucket "${plan.use.store.bucket}"?`))
      );
    },
  });
  for (const one of applied) show(printOutcome(one));
  return applied;
}

/** Imports what only `--apply` needs: the AWS SDK is an optional peer, of 20 MB. */
async function importApply() {
  return import("./setup/apply.ts").catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND"))
      throw error;
    throw new InvalidArgumentError(
      "--apply needs the AWS SDK: run npm install --save-dev @aws-sdk/client-s3. Without --apply, setup prints the commands.",
    );
  });
}

async function chooseStoreName(names: readonly string[], isInteractive: boolean): Promise<string> {
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  if (isInteractive && names.length > 0) return chooseStore(names);
  throw new InvalidArgumentError(
    names.length === 0
      ? "The configuration has no stores: add one."
      : `Choose one of the stores: ${names.join(", ")}.`,
  );
}

function findUse(uses: readonly BucketUse[], name: string): BucketUse {
  const found = uses.find(({ store }) => store.name === name);
  const others = uses.map(({ store }) => store.name).join(", ");
  if (!found)
    throw new InvalidArgumentError(`No policy uses a store "${name}". Choose one of: ${others}.`);
  if (found.store.providerName !== "local") return found;
  throw new InvalidArgumentError(
    "The embedded store needs no setup. Pass the configuration of a deployment with --config.",
  );
}
