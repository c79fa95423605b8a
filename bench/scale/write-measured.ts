/** Writes what was counted into the file that the command `costs` reads. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../workspace.ts";
import { formatFile } from "../write-docs.ts";
import type { Usages } from "./tables.ts";

const FILE = join(ROOT, "cli", "costs", "measured.ts");

export function writeMeasured(usages: Usages): void {
  writeFileSync(
    FILE,
    `/** What an upload of each kind of bench/scale/modes.ts uses. Written by \`npm run simulate:scale -- --costs --write-docs\`. */
import type { Usage } from "./usage.ts";

export const MEASURED = ${JSON.stringify(usages)} as const satisfies Readonly<Record<string, Usage>>;
`,
  );
  formatFile(FILE);
}
