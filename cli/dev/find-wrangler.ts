import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { InvalidArgumentError } from "commander";

/** Returns the program of the Wrangler that the project has installed. Throws `InvalidArgumentError` where it has none. */
export function findWrangler(folder: string): string {
  try {
    const main = createRequire(join(folder, "package.json")).resolve("wrangler/package.json");
    return join(dirname(main), "bin/wrangler.js");
  } catch {
    throw new InvalidArgumentError("Wrangler is not installed: npm install --save-dev wrangler");
  }
}
