/** `edge-presigner init`: writes a new project. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { randomInt } from "node:crypto";
import { basename, dirname, join, resolve } from "node:path";
import { InvalidArgumentError, type Command } from "commander";
import { findExampleValues } from "./example-values.ts";
import { completeProject, toFlag, type ProjectFlags } from "./init/answers.ts";
import { writeConfigFile } from "./init/config-file.ts";
import { loadText } from "./init/load-text.ts";
import { LOGINS, type LoginField } from "./init/logins.ts";
import { writeProjectFiles } from "./init/project-files.ts";
import { readOwnNodeVersion } from "./init/own-node.ts";
import { describeNew } from "./init/describe-new.ts";
import { PROJECT_PROMPTS } from "./init/prompts.ts";
import { CONFIG_FILE } from "./load-config.ts";
import { isTerminal, print, printJson } from "./output.ts";
import { compileWithPlaceholders } from "./placeholder-secrets.ts";
import { addBucketFlags } from "./setup/bucket-options.ts";

interface Options extends ProjectFlags {
  readonly name?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** What each option of a login is. */
const LOGIN_FIELDS: readonly (readonly [LoginField["name"], string])[] = [
  ["domain", "domain of the login, for auth0 and clerk"],
  ["audience", "audience of its tokens, for auth0, jwks and sharedSecret"],
  ["project", "project, for supabase and firebase"],
  ["userPool", "user pool, for cognito"],
  ["clientId", "app client, for cognito"],
  ["issuer", "issuer of its tokens, for jwks and sharedSecret"],
  ["jwksUrl", "URL of its JWK Set, for jwks"],
];

/** Adds the command `init` to the program. */
export function addInit(program: Command): void {
  const command = addBucketFlags(
    program
      .command("init")
      .description(
        "Writes a new project: configuration, Worker, a test. Asks what it needs to know.",
      )
      .argument("[folder]", "folder of the project, which must be empty", ".")
      .option("--name <name>", "name of the Worker (default: that of the folder)", readName),
  ).option("--login <name>", `who signs the tokens: ${Object.keys(LOGINS).join(", ")}`);
  for (const [name, description] of LOGIN_FIELDS)
    command.option(`${toFlag(name)} <text>`, description);
  command
    .option("--yes", "ask nothing: what no option says has a default")
    .option("--json", "print what was written as JSON, and ask nothing")
    .action(run);
}

async function run(folder: string, { name, yes, json, ...flags }: Options): Promise<void> {
  const target = resolve(folder);
  checkFolder(target);
  const isInteractive = process.stdin.isTTY && isTerminal() && !json && !yes;
  const project = {
    name: name ?? nameOf(target),
    ...(await completeProject({
      flags,
      prompts: isInteractive ? PROJECT_PROMPTS : undefined,
      isAssumed: yes ?? false,
    })),
  };
  const definition = await loadText(CONFIG_FILE, writeConfigFile(project), target);
  compileWithPlaceholders(definition, {});
  const nodeVersion = readOwnNodeVersion();
  const files = writeProjectFiles(project, { definition, nodeVersion, randomBelow: randomInt });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    writeFileSync(join(target, path), text);
  }
  const examples = findExampleValues(definition);
  if (json) printJson({ folder: target, name: project.name, files: Object.keys(files), examples });
  else
    print(
      describeNew({ folder, name: project.name, files: Object.keys(files), examples, nodeVersion }),
    );
}

/** Throws `InvalidArgumentError` if something is in the way. A new repository is not. */
function checkFolder(folder: string): void {
  if (!existsSync(folder)) return;
  const found = readdirSync(folder).filter((name) => name !== ".git");
  if (found.length === 0) return;
  const more = found.length > MAX_NAMES ? ` and ${found.length - MAX_NAMES} more` : "";
  throw new InvalidArgumentError(
    `The folder ${folder} is not empty: it has ${found.slice(0, MAX_NAMES).join(", ")}${more}. Choose a new one: npx edge-presigner init my-uploads`,
  );
}

const MAX_NAMES = 10;

function readName(text: string): string {
  if (/^[a-z0-9]([a-z0-9-]{0,52}[a-z0-9])?$/.test(text)) return text;
  throw new InvalidArgumentError("Use at most 54 lower-case letters, digits and hyphens.");
}

function nameOf(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 54)
    .replaceAll(/^-|-$/g, "");
  return name === "" ? "uploads" : name;
}
