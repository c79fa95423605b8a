/** `edge-presigner dev`: runs the configuration on this machine, with an embedded store and tokens of its own. */
import { join, relative, resolve } from "node:path";
import { styleText } from "node:util";
import { InvalidArgumentError, type Command } from "commander";
import { findWorker } from "./dev/find-worker.ts";
import { runInNewerNode } from "./dev/node.ts";
import { prepareDevelopment, type Prepared } from "./dev/prepare.ts";
import { findPage } from "./dev/page.ts";
import { describeReady } from "./dev/ready.ts";
import { runWrangler } from "./dev/run-wrangler.ts";
import { watchConfig } from "./dev/watch-config.ts";
import { writeWorker } from "./dev/write-worker.ts";
import { describeError } from "./describe-error.ts";
import { CONFIG_FILE } from "./load-config.ts";
import { print, printError } from "./output.ts";

interface Options {
  readonly config: string;
  readonly port?: number;
  readonly var: readonly string[];
}

/** Adds the command `dev` to the program. */
export function addDev(program: Command): void {
  program
    .command("dev")
    .description(
      "Runs the configuration on this machine, with an embedded store and its own tokens.",
    )
    .option("--config <file>", "configuration file", CONFIG_FILE)
    .option("--port <number>", "port (default: 8787, or a free one)", readPort)
    .option(
      "--var <name:value>",
      "set a variable of the Worker; can be repeated",
      (text: string, all: readonly string[]) => [...all, text],
      [],
    )
    .action(run);
}

function readPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  throw new InvalidArgumentError("Use a number from 0 to 65535.");
}

async function run({ config, port, var: vars }: Options): Promise<void> {
  const folder = process.cwd();
  if (await runInNewerNode(folder)) return;
  const file = relative(folder, resolve(config));
  const project = await findWorker(folder);
  const target = { project, folder: join(folder, ".wrangler/edge-presigner") };
  const { promise: ended, resolve: end, reject: fail } = Promise.withResolvers<number>();
  let prepared: Prepared | undefined;
  let isRunning = false;
  const stop = await watchConfig(config, async (loaded) => {
    let configPath: string;
    try {
      if ("error" in loaded) throw loaded.error;
      prepared = prepareDevelopment(loaded.definition);
      ({ configPath } = writeWorker({ ...prepared, ...target }));
    } catch (error) {
      printError(`${describeError(error)}\n\nWaiting for a change of ${file}\n`);
      return;
    }
    if (isRunning) {
      print(`${styleText("green", "✔")} ${file} has changed: the Worker starts again\n`);
      return;
    }
    isRunning = true;
    runWrangler({
      folder,
      configPath,
      port,
      vars,
      onReady: async (url) => {
        const page = await findPage(url, project);
        if (!prepared) return;
        const notes = prepared.notes.filter((note) => !isAnswered(note, vars));
        print(describeReady({ ...prepared, notes, url, file, page }));
      },
      onLine: (line) => print(`${line}\n`),
    }).then(end, fail);
  });
  // Nothing else keeps the process alive while a wrong configuration waits for a change.
  const alive = setInterval(() => undefined, 2 ** 30);
  try {
    process.exitCode = await ended;
  } finally {
    clearInterval(alive);
    await stop();
  }
}

/** Whether the variable that a note asks for is set. */
function isAnswered(note: string, vars: readonly string[]): boolean {
  return vars.some((one) => note.includes(`--var ${one.split(":")[0]}:`));
}
