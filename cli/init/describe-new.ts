/** What `init` prints: what was written, what is left to fill in, and what comes next. */
import { styleText } from "node:util";
import type { ConfigError } from "../../src/config/errors.ts";
import { isNewEnough } from "./versions.ts";

interface Written {
  /** As the author named it. */
  readonly folder: string;
  readonly name: string;
  readonly files: readonly string[];
  /** What the configuration has of example values. */
  readonly examples: readonly ConfigError[];
  readonly nodeVersion: string;
}

export function describeNew({ folder, name, files, examples, nodeVersion }: Written): string {
  const isHere = folder === ".";
  const shown = /[^\w./\\:-]/.test(folder) ? `"${folder}"` : folder;
  const next = [
    isHere ? "npm install" : `cd ${shown} && npm install`,
    "npm run dev",
    "npm run check",
  ];
  return [
    `${styleText("green", "✔")} ${styleText("bold", name)} is written: ${files.join(", ")}\n`,
    ...describeNode(nodeVersion),
    "\nNext:\n\n",
    ...next.map((command) => `  ${styleText("bold", command)}\n`),
    "\n",
    ...(examples.length === 0
      ? []
      : [
          `Before you deploy, replace the example value of ${examples.map(({ path }) => path).join(", ")} in presigner.config.ts.\n`,
        ]),
    "npx edge-presigner setup prints what the bucket needs, and the secrets to set.\n",
  ].join("");
}

function describeNode(version: string): readonly string[] {
  if (isNewEnough(version)) return [];
  return [
    process.platform === "darwin"
      ? `  Your Node.js is ${version}. Install 22.18 or newer: Wrangler needs it.\n`
      : `  Your Node.js is ${version}, and Wrangler needs 22: package.json has a newer one for the scripts of this project.\n`,
  ];
}
