/** Wrangler needs a newer Node.js than the command: a project can have one among its packages. */
import { spawn } from "node:child_process";
import { InvalidArgumentError } from "commander";
import { MIN_NODE_MAJOR, findProjectNode, isTooOld } from "./project-node.ts";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Runs the same command line in the Node.js of the project, if this one is too old. Returns whether it
 * did. Throws `InvalidArgumentError` where the project has none.
 */
export async function runInNewerNode(folder: string): Promise<boolean> {
  if (!isTooOld()) return false;
  const child = spawn(findNode(folder), process.argv.slice(1), { stdio: "inherit" });
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => done(code ?? 1));
  });
  return true;
}

function findNode(folder: string): string {
  const own = findProjectNode(folder);
  if (own !== undefined) return own;
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  throw new InvalidArgumentError(
    `Wrangler needs Node.js ${MIN_NODE_MAJOR} or newer, and this is ${process.version}: install a newer one, or add one to the project with npm install --save-dev ${name}@24.`,
  );
}
