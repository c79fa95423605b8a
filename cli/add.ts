/** `edge-presigner add store`: adds a store to the configuration, and its secrets to wrangler.toml and where they are described. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { isDeepStrictEqual, styleText } from "node:util";
import { InvalidArgumentError, type Command } from "commander";
import { asRecord } from "../src/config/as-record.ts";
import { environmentsOf } from "../src/config/environment.ts";
import { addDescriptions, addToConfig, addToExample, addToRequired } from "./add/edit-project.ts";
import { runInNewerNode } from "./dev/node.ts";
import { formatConfigValue, formatFieldName } from "./format-config-value.ts";
import { loadText } from "./init/load-text.ts";
import { completeStore } from "./init/answers.ts";
import { PROJECT_PROMPTS } from "./init/prompts.ts";
import { CONFIG_FILE, loadDefinition } from "./load-config.ts";
import { isTerminal, print, printError } from "./output.ts";
import { compileWithPlaceholders } from "./placeholder-secrets.ts";
import { readDeployments } from "./read-deployments.ts";
import { addBucketFlags, type BucketFlags } from "./setup/bucket-options.ts";

const WRANGLER_FILE = "wrangler.toml";

/** Adds the command `add store` to the program. */
export function addAdd(program: Command): void {
  const add = program.command("add").description("Adds to the configuration of a project.");
  addBucketFlags(
    add
      .command("store")
      .description("Adds a store, and the names of its secrets in every environment.")
      .argument("<name>", "name of the store"),
  ).action(run);
}

async function run(name: string, flags: BucketFlags): Promise<void> {
  const folder = process.cwd();
  if (await runInNewerNode(folder)) return;
  const before = await loadDefinition(CONFIG_FILE);
  const deployments = await readDeployments(folder);
  if (Object.hasOwn(asRecord(asRecord(before)["stores"]), name))
    throw new InvalidArgumentError(`There is a store ${name} already.`);
  const missing: string[] = [];
  const prompts = process.stdin.isTTY && isTerminal() ? PROJECT_PROMPTS : undefined;
  const { provider, store } = await completeStore({ flags, prompts, isAssumed: false }, missing);
  if (missing.length > 0) throw new InvalidArgumentError(`Pass ${missing.join(", ")}.`);

  const after = {
    ...asRecord(before),
    stores: { ...asRecord(asRecord(before)["stores"]), [name]: { provider, ...store } },
  };
  compileWithPlaceholders(after, {});
  const prefix = name.toUpperCase().replaceAll("-", "_");
  const secrets = [`${prefix}_ACCESS_KEY_ID`, `${prefix}_SECRET_ACCESS_KEY`];
  const field = { name: formatFieldName(name), provider, options: formatConfigValue(store) };
  const config = addToConfig(readFileSync(CONFIG_FILE, "utf8"), field);
  const wrangler = addToRequired(readFileSync(WRANGLER_FILE, "utf8"), secrets);
  const isWhole =
    config !== undefined &&
    isDeepStrictEqual(
      plain(await loadText(CONFIG_FILE, config, folder).catch(() => undefined)),
      plain(after),
    ) &&
    wrangler.split(`"${secrets[0]}"`).length - 1 === deployments.length;
  if (!isWhole) {
    process.exitCode = 1;
    printError(
      `${CONFIG_FILE} or ${WRANGLER_FILE} is written in a way that this command cannot change: nothing was written.\n\nIn stores of ${CONFIG_FILE}, with ${provider} in the import:\n\n    ${field.name}: ${provider}(${field.options}),\n\nIn secrets.required of every environment in ${WRANGLER_FILE}:\n\n${secrets.map((secret) => `    "${secret}",\n`).join("")}`,
    );
    return;
  }
  writeFileSync(CONFIG_FILE, config);
  writeFileSync(WRANGLER_FILE, wrangler);
  for (const [file, add] of [
    [".dev.vars.example", addToExample],
    ["package.json", addDescriptions],
  ] as const)
    if (existsSync(file)) writeFileSync(file, add(readFileSync(file, "utf8"), secrets));
  print(
    `${styleText("green", "✔")} ${CONFIG_FILE} has the store ${name}, and ${WRANGLER_FILE} its secrets\n`,
  );
  const others = environmentsOf(before) ?? [];
  if (others.length > 0)
    print(
      `  Add it to the stores of ${others.join(", ")} too, with a bucket of its own: otherwise uploads go to this one.\n`,
    );
  print(
    `\nUse it in a policy: store: "${name}". Then npx edge-presigner setup ${name} prints what the bucket needs.\n`,
  );
}

/** Only the data: a preset may leave fields undefined. */
const plain = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value));
