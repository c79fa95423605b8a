/** Runs a bundle in a bare workerd on a loopback port. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import * as z from "zod/mini";
import type { Bundle } from "./bundle.ts";
import type { Cores } from "./pin-cores.ts";
import { OPTIONS, WORKERD } from "./runtime.ts";
import type { Workspace } from "./workspace.ts";

export interface Server {
  readonly pid: number;
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** Starts a process and waits until it listens. */
export async function serve(
  workspace: Workspace,
  { file }: Bundle,
  cores: Cores | undefined,
): Promise<Server> {
  const config = `${file}.capnp`;
  writeFileSync(config, configure(basename(file)));
  const args = ["serve", "--control-fd=3", config];
  const child = cores
    ? workspace.start("taskset", ["-c", String(cores.server), WORKERD.default, ...args])
    : workspace.start(WORKERD.default, args);
  const port = await readPort(child);
  if (child.pid === undefined) throw new TypeError("Cannot measure workerd: it has no process id");
  return {
    pid: child.pid,
    port,
    async stop() {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Returns the configuration of workerd, with the runtime options of the deployed Worker and a free port. */
function configure(module: string): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "main.js", esModule = embed ${JSON.stringify(module)})],
    compatibilityDate = ${JSON.stringify(OPTIONS.compatibility_date)},
    compatibilityFlags = ${JSON.stringify(OPTIONS.compatibility_flags)},
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;
}

const listening = z.object({ event: z.literal("listen"), port: z.number() });

/** Reads the port from the control descriptor, on which workerd writes a line of JSON for each port. */
async function readPort(child: ChildProcess): Promise<number> {
  let errors = "";
  child.stdout?.resume();
  child.stderr?.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const control = child.stdio[3];
  if (!(control instanceof Readable))
    throw new TypeError("Cannot read the port of workerd: it has no pipe");
  for await (const line of createInterface(control)) {
    const message = listening.safeParse(JSON.parse(line));
    if (message.success) return message.data.port;
  }
  throw new Error(`Cannot start workerd:\n${errors}`);
}
