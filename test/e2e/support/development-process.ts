/** `wrangler dev` as a process of its own, with what it stores in a folder: it can be killed and started again. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export interface DevelopmentProcess {
  readonly url: string;
  readonly pid: number;
  /** Ends it at once, with everything that it started. */
  readonly kill: () => Promise<void>;
}

interface Options {
  readonly folder: string;
  /** 0 for a free one. */
  readonly port: number;
  readonly vars: Readonly<Record<string, string>>;
  /** Which Worker: the development one by default. */
  readonly worker?: string;
}

export async function startDevelopmentProcess({
  folder,
  port,
  vars,
  worker = "--env=dev",
}: Options): Promise<DevelopmentProcess> {
  const server = spawn(
    process.execPath,
    [
      "node_modules/wrangler/bin/wrangler.js",
      "dev",
      worker,
      "--ip=127.0.0.1",
      `--port=${port}`,
      "--inspector-port=0",
      `--persist-to=${folder}`,
      ...Object.entries(vars).map(([name, value]) => `--var=${name}:${value}`),
    ],
    {
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own, so that workerd is killed too.
      detached: true,
      env: {
        ...process.env,
        CLOUDFLARE_CF_FETCH_ENABLED: "false",
        WRANGLER_SEND_METRICS: "false",
        WRANGLER_HIDE_BANNER: "true",
      },
    },
  );
  server.stderr.resume();
  const url = await readUrl(server);
  return {
    url,
    pid: server.pid ?? 0,
    async kill() {
      const exit = once(server, "exit");
      if (server.pid !== undefined) process.kill(-server.pid, "SIGKILL");
      await exit;
    },
  };
}

async function readUrl(server: ChildProcess): Promise<string> {
  const shown: string[] = [];
  if (server.stdout)
    for await (const line of createInterface(server.stdout)) {
      shown.push(line);
      const url = /Ready on (http:\S+)/.exec(line)?.[1];
      if (url !== undefined) {
        server.stdout.resume();
        return url;
      }
    }
  throw new Error(`The server has ended: ${shown.join("\n")}`);
}
