/**
 * Starts the Worker in a process of its own, and calls it. So Wrangler does not run inside of Vitest,
 * Jest or Playwright, which change what modules and globals are.
 */
import { fork } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { findProjectNode, isTooOld } from "../cli/dev/project-node.ts";
import type { Call, Methods, Reply, Settings, Started } from "./messages.ts";

export interface TestServer {
  readonly url: string;
  readonly call: <Name extends keyof Methods>(
    method: Name,
    params: Parameters<Methods[Name]>[0],
  ) => Promise<ReturnType<Methods[Name]>>;
  readonly close: () => Promise<void>;
}

/** Rejects with the reason where the Worker does not start. */
export async function openServer(settings: Settings): Promise<TestServer> {
  const { folder } = settings;
  const name = `./server${extname(import.meta.filename)}`;
  const program = fileURLToPath(new URL(name, import.meta.url));
  const child = fork(program, {
    cwd: folder,
    execPath: findNode(folder),
    // Those of the test runner are for the test runner.
    execArgv: [],
    env: { ...process.env, NODE_OPTIONS: "" },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ended = new Promise<void>((done) => {
    child.once("exit", () => done());
  });
  const started = await new Promise<Started>((done, fail) => {
    child.once("message", done);
    child.once("error", fail);
    child.once("exit", (code) => fail(new Error(`The process of the Worker has ended: ${code}`)));
    child.send(settings);
  });
  if ("failed" in started) {
    child.kill();
    throw new Error(started.failed);
  }
  const waiting = new Map<number, (reply: Reply) => void>();
  child.on("message", (reply: Reply) => {
    waiting.get(reply.id)?.(reply);
    waiting.delete(reply.id);
  });
  let calls = 0;
  return {
    url: started.url,
    call: async (method, params) => {
      calls += 1;
      const call: Call = { id: calls, method, params };
      const reply = await new Promise<Reply>((done, fail) => {
        waiting.set(call.id, done);
        child.send(call, (error) => error && fail(error));
      });
      if ("failed" in reply) throw new Error(reply.failed);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the reply to that method
      return reply.result as ReturnType<Methods[typeof method]>;
    },
    close: async () => {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

/** Wrangler needs a newer Node.js than some test runners: a project may have one among its packages. */
function findNode(folder: string): string {
  return (isTooOld() ? findProjectNode(folder) : undefined) ?? process.execPath;
}
