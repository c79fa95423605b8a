/** Where a page of the documentation is: in a clone, or in the installed package. */
import { existsSync } from "node:fs";
import { join, relative } from "node:path";

const ABOVE = join(import.meta.dirname, "..");
/** What is compiled is a folder deeper. */
const ROOT = existsSync(join(ABOVE, "docs")) ? ABOVE : join(ABOVE, "..");

/** Returns the path of a page from the folder in which the command runs. */
export function docsPath(page: string): string {
  return relative(process.cwd(), join(ROOT, "docs", page));
}
