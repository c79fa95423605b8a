/** Runs a bundle in a bare workerd on a loopback port. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import * as z from "zod/mini";
import type { Bundle } from "./bundle.ts";
import { OPTIONS, WORKERD } from "./runtime.ts";
import type { Workspace } from "./workspace.ts";

export interface Server {
  readonly pid: number;
  readonly port: number;
  readonly stop: () => Promise<void>;
}

export interface ServeOptions {
  /** The core that it may use; any if absent. */
  readonly core?: number | undefined;
  /** What the Worker's `fetch` reaches, and its variables. */
  readonly outbound?: { readonly bundle: Bundle; readonly jwks: string } | undefined;
  /** With a Durable Object `Ledger` on disk. */
  readonly hasLedger?: boolean;
  readonly variables?: Readonly<Record<string, string>>;
}

/** Starts a process and waits until it listens. */
export async function serve(
  workspace: Workspace,
  bundle: Bundle,
  options: ServeOptions = {},
): Promise<Server> {
  const folder = mkdtempSync(join(workspace.folder, "serve-"));
  return run(workspace, folder, configure(folder, bundle, options), options.core);
}

/** Starts a process without any Worker: what workerd itself takes. */
export async function serveNothing(workspace: Workspace): Promise<Server> {
  const folder = mkdtempSync(join(workspace.folder, "serve-"));
  return run(workspace, folder, format([`(name = "main", network = (allow = []))`]), undefined);
}

async function run(
  workspace: Workspace,
  folder: string,
  config: string,
  core: number | undefined,
): Promise<Server> {
  const file = join(folder, "config.capnp");
  writeFileSync(file, config);
  const command = [WORKERD.default, "serve", "--control-fd=3", file];
  const pin = core === undefined ? [] : ["taskset", "-c", String(core)];
  const [program = "", ...args] = [...pin, ...command];
  const child = workspace.start(program, args);
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

const text = (value: string) => JSON.stringify(value);

/** Returns the configuration of workerd, with the runtime options of the deployed Worker and a free port. */
function configure(
  folder: string,
  bundle: Bundle,
  { outbound, hasLedger, variables = {} }: ServeOptions,
): string {
  const bindings = Object.entries(variables).map(([name, value]) => variable(name, value));
  if (hasLedger) bindings.push(`(name = "LEDGER", durableObjectNamespace = "Ledger")`);
  const disk = join(folder, "ledger");
  if (hasLedger) mkdirSync(disk);
  const services = [
    service("main", relative(folder, bundle.file), [
      `bindings = [${bindings.join(", ")}]`,
      ...(outbound ? [`globalOutbound = "outbound"`] : []),
      ...(hasLedger
        ? [
            `durableObjectNamespaces = [(className = "Ledger", uniqueKey = "ledger", enableSql = true)]`,
            `durableObjectStorage = (localDisk = "disk")`,
          ]
        : []),
    ]),
    ...(outbound
      ? [
          service("outbound", relative(folder, outbound.bundle.file), [
            `bindings = [${variable("JWKS", outbound.jwks)}]`,
          ]),
        ]
      : []),
    ...(hasLedger ? [`(name = "disk", disk = (path = ${text(disk)}, writable = true))`] : []),
  ];
  return format(services);
}

function format(services: readonly string[]): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [${services.join(",\n")}],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;
}

/** `file` is relative to the configuration: to workerd an absolute path is one of its own. */
function service(name: string, file: string, fields: readonly string[]): string {
  return `(name = ${text(name)}, worker = (
    modules = [(name = "main.js", esModule = embed ${text(file)})],
    compatibilityDate = ${text(OPTIONS.compatibility_date)},
    compatibilityFlags = ${JSON.stringify(OPTIONS.compatibility_flags)},
    ${fields.join(",\n    ")}
  ))`;
}

function variable(name: string, value: string): string {
  return `(name = ${text(name)}, text = ${text(value)})`;
}

const listening = z.object({ event: z.literal("listen"), port: z.number() });

/** Reads the port from the control descriptor, on which workerd writes a line of JSON for each port. */
async function readPort(child: ChildProcess): Promise<number> {
  let errors = "";
  child.stdout?.resume();
  child.stderr?.on("data", (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-2000);
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
