/** `edge-presigner console`: a page for operators, on this machine alone. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { InvalidArgumentError, type Command } from "commander";
import { addAdminOptions, type AdminOptions } from "./admin/ask-admin.ts";
import { createRefusals, type Refusals } from "./console/refusals.ts";
import { serveConsole } from "./console/serve.ts";
import { listenForInterrupts } from "./interrupt.ts";
import { print } from "./output.ts";

interface Options extends AdminOptions {
  readonly log?: string;
  readonly port: number;
}

/** Adds the command `console` to the program. */
export function addConsole(program: Command): void {
  addAdminOptions(
    program
      .command("console")
      .description("Shows what is stuck, users, objects and refusals on a page of this machine."),
  )
    .option(
      "--log <file>",
      "lines of the Worker's log to show refusals from; - reads standard input",
    )
    .option("--port <number>", "port on 127.0.0.1 (default: a free one)", readPort, 0)
    .action(run);
}

async function run({ log, port, ...options }: Options): Promise<void> {
  const interrupts = listenForInterrupts();
  const refusals = createRefusals(Date.now);
  if (log !== undefined) follow(log, refusals);
  const served = await serveConsole({ ...options, port, refusals, hasLog: log !== undefined });
  print(
    `Console of ${options.url.origin}:\n\n  ${served.url}\n\nWho has this address can use it. Ctrl-C ends it.\n`,
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
function follow(path: string, refusals: Refusals): void {
  const input = path === "-" ? process.stdin : createReadStream(path);
  createInterface({ input }).on("line", (line) => {
    refusals.read(line);
  });
}

function readPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new InvalidArgumentError("Use a port number, such as 8800.");
}
