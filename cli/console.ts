/** `edge-presigner console`: a page for operators, on this machine alone. */
import { InvalidArgumentError, type Command } from "commander";
import { addAdminOptions, type AdminOptions } from "./admin/ask-admin.ts";
import { addConfigOptions, openConfig, type ConfigOptions } from "./config-options.ts";
import { createConsoleLog, type ConsoleLog } from "./console/log.ts";
import type { Console } from "./console/pages.ts";
import { serveConsole } from "./console/serve.ts";
import { listenForInterrupts } from "./interrupt.ts";
import { describeError } from "./describe-error.ts";
import { STANDARD_INPUT, followLog } from "./log/follow.ts";
import { print, printError } from "./output.ts";

interface Options extends AdminOptions, ConfigOptions {
  readonly log?: string;
  readonly port?: number;
}

/** Adds the command `console` to the program. */
export function addConsole(program: Command): void {
  const command = program
    .command("console")
    .description("Shows whether it is up, users, objects, refusals and costs on a page of yours.");
  addConfigOptions(addAdminOptions(command))
    .option(
      "--log <file>",
      "lines of the Worker's log to show refusals and costs from; - reads standard input",
    )
    .option("--port <number>", "port on 127.0.0.1 (default: a free one)", readPort)
    .action(run);
}

async function run({ log: path, port = 0, ...options }: Options): Promise<void> {
  const interrupts = listenForInterrupts();
  const log = path === undefined ? undefined : follow(path, interrupts.signal);
  const config = await readConfig(options);
  const served = await serveConsole({ ...options, port, log, config });
  print(
    `Console of ${options.url.origin}:\n\n  ${served.url}\n\nAnyone with this address can use it. Ctrl-C ends it.\n`,
  );
  await new Promise<void>((resolve) => {
    if (interrupts.signal.aborted) resolve();
    interrupts.signal.addEventListener("abort", () => {
      resolve();
    });
  });
  served.close();
  interrupts.release();
}

/** Reads lines for as long as there are some. */
function follow(path: string, signal: AbortSignal): ConsoleLog {
  const log = createConsoleLog(Date.now, path === STANDARD_INPUT ? "live" : "file");
  followLog(path, signal, log.read).catch((error: unknown) => {
    printError(`Cannot read ${path}: ${describeError(error)}\n`);
  });
  return log;
}

/** Only the costs need it: the console may run without. */
async function readConfig(options: ConfigOptions): Promise<Console["config"]> {
  try {
    return (await openConfig(options)).config;
  } catch (error) {
    return { unread: describeError(error) };
  }
}

function readPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new InvalidArgumentError("Use a port number, such as 8800.");
}
