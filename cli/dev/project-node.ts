/** The Node.js that Wrangler runs in: a project may have a newer one among its packages. */
import { existsSync } from "node:fs";
import { join } from "node:path";

export const MIN_NODE_MAJOR = 22;

/** Returns whether this process is too old for Wrangler. */
export function isTooOld(): boolean {
  return Number(process.versions.node.split(".")[0]) < MIN_NODE_MAJOR;
}

/** Returns the path of the project's own Node.js, if it has one. */
export function findProjectNode(folder: string): string | undefined {
  const own = join(folder, "node_modules/.bin/node");
  return existsSync(own) ? own : undefined;
}
