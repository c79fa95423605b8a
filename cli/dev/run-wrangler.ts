/** Runs `wrangler dev` as a process of its own, and passes on what people need of its output. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { findWrangler } from "./find-wrangler.ts";
import { createLineFilter } from "./filter-line.ts";

interface Options {
  /** The folder of the project. */
  readonly folder: string;
  readonly configPath: string;
  readonly port: number | undefined;
  readonly vars: readonly string[];
  readonly onReady: (url: string) => Promise<void>;
  readonly onLine: (line: string) => void;
}

/** Returns when Wrangler has ended: its exit code. */
export async function runWrangler(options: Options): Promise<number> {
  const { folder, configPath, port, vars, onReady, onLine } = options;
  const secrets = join(folder, ".dev.vars");
  const server = spawn(
    process.execPath,
    [
      findWrangler(folder),
      "dev",
      `--config=${configPath}`,
      "--local",
      // Whoever reaches the port may sign.
      "--ip=127.0.0.1",
      "--inspector-port=0",
      `--persist-to=${resolve(folder, ".wrangler/state")}`,
      "--show-interactive-dev-session=false",
      ...(port === undefined ? [] : [`--port=${port}`]),
      ...(existsSync(secrets) ? [`--env-file=${secrets}`] : []),
      ...vars.map((one) => `--var=${one}`),
    ],
    {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        // Nothing is fetched and nothing is reported at the start.
        CLOUDFLARE_CF_FETCH_ENABLED: "false",
        WRANGLER_SEND_METRICS: "false",
        WRANGLER_HIDE_BANNER: "true",
        WRANGLER_LOG_SANITIZE: "true",
      },
    },
  );
  for (const stream of [server.stdout, server.stderr]) {
    const filter = createLineFilter();
    createInterface(stream).on("line", (line) => {
      const url = /Ready on (http:\S+)/.exec(line)?.[1];
      if (url !== undefined) void onReady(url.replace("127.0.0.1", "localhost"));
      filter(line).forEach(onLine);
    });
  }
  const end = () => server.kill("SIGTERM");
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, end);
  return new Promise((done, fail) => {
    server.on("error", fail);
    server.on("close", (code) => done(code ?? 0));
  });
}
